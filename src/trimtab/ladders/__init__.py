"""The step policies an engineer would sign: defaults, their space, the search, and how they are replayed."""
