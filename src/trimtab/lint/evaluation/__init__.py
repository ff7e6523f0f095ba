"""Expressions worked out as far as a folder alone can tell; what it cannot is named."""
