"""Levers that were not pulled: what each would save, and what must hold first."""
