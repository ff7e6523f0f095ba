"""What was meant and what came of it, on disk: the journal, its lock, and how a killed run goes on."""
