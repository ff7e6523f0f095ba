"""The folder that everything starts from: read, checked, and made from an account or a Terraform state."""
