"""``recommendation.json``: its schema, written and read back."""
