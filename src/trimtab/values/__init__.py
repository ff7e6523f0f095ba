"""``services.auto.tfvars``: written from a recommendation, and read back after a person's edits."""
