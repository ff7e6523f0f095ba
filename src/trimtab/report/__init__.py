"""What the user is shown: plain data first, then renderers."""
