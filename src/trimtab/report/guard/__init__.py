"""The report of ``guard``."""
