"""Folders: one that a run writes into and that switches at once, and one to work in."""
