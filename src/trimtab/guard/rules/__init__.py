"""What follows from a change, one file a kind of thing: the facts, held against the values of the plan."""
