"""One service, and a fleet, from demand to advice: what is proposed, what it costs, what is uncertain."""
