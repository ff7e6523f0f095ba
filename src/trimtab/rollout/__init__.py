"""Moves each service to its new revision, one deployment at a time."""
