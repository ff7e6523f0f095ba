terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.77 brought availability_zone_rebalancing; docs/provider-6.md says what was checked of 6.
      version = ">= 5.77, < 7.0"
    }
  }
}
