"""The report of ``replay``."""
