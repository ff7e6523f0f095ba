# What a load balancer that serves already keeps when it is taken over. Security groups are kept, alone or beside the
# module's own, which the rules towards the tasks belong to: more is let through than before, never less.
variable "adopt" {
  description = <<-EOT
    What is taken over from a load balancer that serves already, so that nothing of it is replaced; `trimtab write`
    fills it. Target groups are those that its listeners' default actions forward to, responses what they answer
    themselves, `http_redirect` where port 80 sends its clients. `own_security_group` says whether the module's own is
    put beside the groups that are kept.
  EOT
  type = object({
    name                   = optional(string)
    security_group_ids     = optional(list(string), [])
    http_target_group_arn  = optional(string)
    https_target_group_arn = optional(string)
    redirect               = optional(bool, true) # false: port 80 serves rules of its own, as well as 443

    own_security_group = optional(bool, true)

    http_redirect = optional(object({
      protocol    = optional(string)
      port        = optional(string)
      host        = optional(string)
      path        = optional(string)
      query       = optional(string)
      status_code = optional(string)
    }), {})

    http_response = optional(object({
      status_code  = string
      content_type = string
      message_body = optional(string)
    }))

    https_response = optional(object({
      status_code  = string
      content_type = string
      message_body = optional(string)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition = length(var.adopt.security_group_ids) + (var.adopt.own_security_group ? 1 : 0) <= 5
    error_message = join(" ", [
      "adopt.security_group_ids has ${length(var.adopt.security_group_ids)} groups.",
      "A load balancer has at most 5, and the module's own is one of them:",
      "merge two of those that are there first.",
    ])
  }

  validation {
    condition = var.adopt.own_security_group || length(var.adopt.security_group_ids) > 0
    error_message = join(" ", [
      "adopt.own_security_group is false and adopt.security_group_ids is empty. A load balancer needs at least one",
      "security group: name those it has, or let it have the module's own.",
    ])
  }
}
