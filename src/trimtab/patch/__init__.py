"""A proposal put into somebody's own Terraform: the literals that say it, and nothing else of a file."""
