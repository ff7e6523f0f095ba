# What a cluster that runs already keeps when it is taken over.
variable "adopt" {
  description = <<-EOT
    What is taken over from a cluster that runs already, so that nothing of it is replaced; `trimtab write` fills it.
    `name` where the cluster's is not `name`; `capacity_providers` that services or tasks of other owners use;
    `connect_namespace` is the ARN of the default namespace of Service Connect, `exec_kms_key` the key that ECS Exec
    encrypts its sessions with.
  EOT
  type = object({
    name               = optional(string)
    capacity_providers = optional(list(string), [])
    connect_namespace  = optional(string)
    exec_kms_key       = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition = var.adopt.name == null ? true : can(regex("^[A-Za-z0-9_-]{1,255}$", var.adopt.name))
    error_message = join(" ", [
      "adopt.name is \"${coalesce(var.adopt.name, "-")}\". A cluster's name is 1 to 255 letters, digits, hyphens and",
      "underscores.",
    ])
  }
}
