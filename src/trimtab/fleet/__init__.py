"""What is deployed: the nouns, and where they are read from."""
