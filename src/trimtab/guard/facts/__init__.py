"""What AWS does when a thing is changed, by Terraform resource type: data with source and date."""
