"""The guard: what a plan does to what runs. Knows no fleet, only plans and facts."""
