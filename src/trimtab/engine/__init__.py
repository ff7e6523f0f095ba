"""The engine: finds terraform or tofu, runs it, and reads its plans."""
