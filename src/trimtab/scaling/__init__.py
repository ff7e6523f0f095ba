"""Step-scaling policies: which the services get, and what they rest on."""
