"""What each command reads, does and writes. Nothing here prints."""
