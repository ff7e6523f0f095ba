"""The report of ``explain``: why a service has its size and ladders."""
