"""What a task's memory does: over its life, and with its share of the load."""
