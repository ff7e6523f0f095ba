"""The choice of size and ladders together: contest, trials, decision."""
