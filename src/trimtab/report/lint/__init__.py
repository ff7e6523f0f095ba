"""The report of ``guard`` on a folder of Terraform."""
