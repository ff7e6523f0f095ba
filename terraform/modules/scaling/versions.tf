terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 7.0" # tried on 5.100.0; of 6.x the schema of what is used here was compared
    }
  }
}
