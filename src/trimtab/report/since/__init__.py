"""What was promised against what was measured, from a snapshot that was taken later."""
