"""Facts AWS publishes, as data: each with its source and its date, validated when loaded."""
