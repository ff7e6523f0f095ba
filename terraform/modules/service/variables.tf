variable "name" {
  description = "Name of the service: the ECS service, its Cloud Map name and the stem of everything else."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = join(" ", [
      "name is \"${var.name}\". It must be 2 to 32 lower-case letters, digits and hyphens, begin with a letter and",
      "not end with a hyphen, because it becomes a DNS label and part of a target group's name.",
    ])
  }
}

variable "environment" {
  description = "Environment, as tagged. Only `production` keeps application logs for the production retention."
  type        = string
  nullable    = false

  validation {
    condition = contains(["production", "staging", "test", "development"], var.environment)
    error_message = join(" ", [
      "environment is \"${var.environment}\". Use production, staging, test or development: any other word (prod,",
      "live) would silently get the retention of a debug environment.",
    ])
  }
}

variable "cost_center" {
  description = "Cost centre that pays for the service, as tagged."
  type        = string
  nullable    = false

  validation {
    condition     = length(trimspace(var.cost_center)) > 0
    error_message = "cost_center is empty. Name who pays: the tag is what splits Fargate's bill."
  }
}

variable "tags" {
  description = <<-EOT
    More tags for every resource and task. Environment, Service and CostCenter are always set from their own
    variables.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = length(setintersection(keys(var.tags), ["Environment", "Service", "CostCenter"])) == 0
    error_message = join(" ", [
      "tags holds Environment, Service or CostCenter. Set them by environment, name and cost_center, so that they",
      "cannot disagree.",
    ])
  }
}

variable "cluster" {
  description = <<-EOT
    The cluster the service runs on, as modules/cluster gives it out. What is made begins with `stem`, or with the
    name where that will do.
  EOT
  type = object({
    name               = string
    arn                = string
    namespace_id       = string
    exec_log_group_arn = string
    exec_kms_key       = optional(string)
    container_insights = optional(bool, false)
    stem               = optional(string)
    alerts             = optional(object({ arn = string }))
    tracing = optional(object({
      sampling_rate = optional(number, 0.05)
      seed          = optional(number, 22)
      xray_rule     = optional(bool, false)
    }), {})
  })
  nullable = false

  validation {
    condition = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", coalesce(var.cluster.stem, var.cluster.name)))
    error_message = join(" ", [
      "cluster.${var.cluster.stem == null ? "name" : "stem"} is",
      "\"${coalesce(var.cluster.stem, var.cluster.name)}\", and the names of roles, target groups, alarms and log",
      "groups begin with it: 2 to 20 lower-case letters, digits and hyphens that begin with a letter and do not end",
      "with a hyphen. The cluster keeps its name: give another beginning as cluster.stem.",
    ])
  }
}
