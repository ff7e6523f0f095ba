variable "region" {
  description = "Region; its zones a, b and c are used."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "name" {
  description = "Stem of the Name tags."
  type        = string
  default     = "fin-prod"
  nullable    = false
}

variable "environment" {
  description = "Environment, as tagged."
  type        = string
  default     = "production"
  nullable    = false
}

variable "cost_center" {
  description = "Cost centre that pays for the network."
  type        = string
  default     = "platform"
  nullable    = false
}

variable "nat_gateway" {
  description = <<-EOT
    One NAT gateway, by which private subnets reach the internet (image registries, AWS APIs).
    It costs by the hour and by the GB whether or not anything runs: see README.md. Without it, tasks in private
    subnets pull no image unless VPC endpoints are added.
  EOT
  type        = bool
  default     = true
  nullable    = false
}
