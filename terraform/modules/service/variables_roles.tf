variable "execute_command" {
  description = <<-EOT
    Allow `aws ecs execute-command` into this service's tasks. Sessions are logged in the cluster's debug log group.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "secret_kms_key_arns" {
  description = "Customer keys that the secrets are encrypted with; AWS's own key needs no permission."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for arn in var.secret_kms_key_arns :
      can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))
    ])
    error_message = join(" ", [
      "secret_kms_key_arns holds something that is not the ARN of a key (…:key/…). Aliases move; permission is for",
      "the key.",
    ])
  }
}

variable "task_policy_statements" {
  description = "What the application itself may do: IAM statements for the task role. Wildcard actions are refused."
  type = list(object({
    sid       = string
    actions   = list(string)
    resources = list(string)
    conditions = optional(list(object({
      test     = string # StringEquals, ArnLike, …
      variable = string
      values   = list(string)
    })), [])
  }))
  default  = []
  nullable = false

  validation {
    condition = alltrue(
      flatten([
        for statement in var.task_policy_statements :
        [for action in statement.actions : !strcontains(action, "*")]
      ])
    )
    error_message = join(" ", [
      "task_policy_statements has an action with a wildcard. Name each action: a wildcard grants what AWS adds next",
      "year too.",
    ])
  }
}

variable "roles" {
  description = <<-EOT
    The roles of the service. Of those that the module makes: their `path`, and the ARN of the policy that is their
    `permissions_boundary`.
    A role of another owner, by its ARN, takes the place of one that the module makes. It is given no permission here:
    what tasks need is the owner's to give.
  EOT
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)

    execution_role_arn = optional(string)
    task_role_arn      = optional(string)

    # Whether the module makes its own; left out, it does where no ARN is given. Must be said (false) where the ARN
    # is that of a resource of the same configuration, which a plan does not know yet.
    own_execution_role = optional(bool)
    own_task_role      = optional(bool)
  })
  default  = {}
  nullable = false

  validation {
    condition = can(regex("^/([!-~]+/)?$", var.roles.path)) && length(var.roles.path) <= 512
    error_message = join(" ", [
      "roles.path is \"${var.roles.path}\".",
      "IAM takes a path that begins and ends with a slash, such as /service/.",
    ])
  }

  validation {
    condition = (
      var.roles.permissions_boundary == null
      ? true
      : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.roles.permissions_boundary))
    )
    error_message = join(" ", [
      "roles.permissions_boundary is \"${coalesce(var.roles.permissions_boundary, "-")}\". It must be the ARN of a",
      "policy (…:policy/NAME).",
    ])
  }

  validation {
    condition = alltrue([
      for arn in [var.roles.execution_role_arn, var.roles.task_role_arn] :
      arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))
    ])
    error_message = "roles.execution_role_arn or roles.task_role_arn is not the ARN of a role."
  }
}
