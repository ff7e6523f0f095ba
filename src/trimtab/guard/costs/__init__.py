"""What a change costs a month, where the catalog has a price."""
