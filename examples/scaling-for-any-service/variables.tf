variable "region" {
  description = "Region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "environment" {
  description = "Environment, as tagged."
  type        = string
  default     = "staging"
  nullable    = false
}

variable "cost_center" {
  description = "Cost centre, as tagged."
  type        = string
  default     = "shop"
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Private subnets of the tasks."
  type        = list(string)
  nullable    = false
}

variable "image" {
  description = "The image."
  type        = string
  default     = "public.ecr.aws/nginx/nginx:stable"
  nullable    = false
}
