"""Adoption: the Terraform that takes a fleet over and trims it, and the engine that runs it."""
