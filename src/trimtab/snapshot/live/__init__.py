"""A running fleet asked of AWS, call by call, as answers."""
