"""A Terraform state or plan put back into the answers that AWS would give."""
