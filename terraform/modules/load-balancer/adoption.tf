# What a load balancer that serves already keeps when it is taken over. Security groups are kept beside the module's own,
# which the rules towards the tasks belong to: more is let through than before, never less.
variable "adopt" {
  description = "What is taken over from a load balancer that serves already, so that nothing of it is replaced; `trimtab write` fills it. Target groups are those that its listeners' default actions forward to."
  type = object({
    name                   = optional(string)
    security_group_ids     = optional(list(string), [])
    http_target_group_arn  = optional(string)
    https_target_group_arn = optional(string)
    redirect               = optional(bool, true) # false: port 80 serves rules of its own, as well as 443
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.adopt.security_group_ids) <= 4
    error_message = "adopt.security_group_ids has ${length(var.adopt.security_group_ids)} groups. A load balancer has at most 5, and the module's own is one of them: merge two of those that are there first."
  }
}
