terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 6.0" # the company asks for 5.x; the modules take 6 too
    }
  }
}
