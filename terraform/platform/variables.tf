# As modules/fleet has them; what it refuses, it refuses there (tools/terraform_platform.py writes this file).

variable "name" {
  description = "Name of the cluster; load balancers, log groups and roles begin with it."
  type        = string
  default     = "production"
  nullable    = false
}

variable "environment" {
  description = "Environment, as tagged: production, staging, test or development."
  type        = string
  default     = "production"
  nullable    = false
}

variable "cost_center" {
  description = "Cost centre of what the services share, and of every service that names none."
  type        = string
  default     = "platform"
  nullable    = false
}

variable "roles" {
  description = "Path and permissions boundary of every role that is made; see modules/service."
  type = object({
    path                 = optional(string)
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false
}

variable "activate_cost_allocation_tags" {
  description = <<-EOT
    Activate Environment, Service and CostCenter for cost allocation. Only in the payer account, and only once the
    tags have been on resources for a day: until then AWS refuses.
  EOT
  type        = bool
  default     = false
  nullable    = false
}
