"""Before and after: what is recommended, what it costs, and what is uncertain."""
