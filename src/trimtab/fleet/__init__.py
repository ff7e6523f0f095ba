"""The nouns of what is deployed."""
