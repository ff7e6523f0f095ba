"""What the work needed, freed of the size and count it happened to run on."""
