"""The page of one service: why it has its size and its scaling steps."""
