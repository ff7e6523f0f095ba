# Where the state is kept. A team needs one place with a lock, with versions to go back to, and for few to read: the
# values of variables are in it. Name a bucket of your own and run `terraform init`; a state of this folder is moved
# there.
#
# terraform {
#   backend "s3" {
#     bucket       = "company-terraform-state"
#     key          = "platform/production.tfstate"
#     region       = "us-east-1"
#     encrypt      = true
#     use_lockfile = true # Terraform 1.10 or newer; before, dynamodb_table
#   }
# }
