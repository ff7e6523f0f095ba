"""The report of ``rollout``."""
