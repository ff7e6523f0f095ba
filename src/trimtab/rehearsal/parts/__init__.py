"""The parts of a fleet that are made to run in the sandbox, one file a kind of thing."""
