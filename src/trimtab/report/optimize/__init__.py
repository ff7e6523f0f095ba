"""The report of ``optimize``."""
