terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 7.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}
