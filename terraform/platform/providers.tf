variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

# The endpoint, credentials and profile come from the environment, as the AWS CLI reads them: nothing here differs
# between an account and the sandbox.
provider "aws" {
  region = var.region

  # The net under the modules' own tags: a resource that someone adds here is never without an owner.
  default_tags {
    tags = {
      Environment = var.environment
      Service     = "platform"
      CostCenter  = var.cost_center
    }
  }

  # What a fleet that was taken over carries, and whose values no snapshot keeps.
  ignore_tags {
    keys = var.adopt.ignore_tags
  }
}
