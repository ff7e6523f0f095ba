variable "network" {
  description = <<-EOT
    Where tasks live: the VPC and its private subnets, one a zone. `assign_public_ip` is for public subnets, where
    tasks have no other way out.
    `security_group_ids` are put on the tasks beside the module's own, such as one that a database lets in.
    `own_security_group = false` leaves the module's own away; with none (`[]`) tasks then have the VPC's default
    group, which AWS takes where a service names none. A change of either starts new tasks.
  EOT
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    assign_public_ip   = optional(bool, false)
    security_group_ids = optional(list(string))
    own_security_group = optional(bool, true)
  })
  nullable = false

  validation {
    condition = var.network.own_security_group || var.network.security_group_ids != null
    error_message = join(" ", [
      "network.own_security_group is false and security_group_ids is not given. Name those that tasks have ([] where",
      "the service names none), or let them have the module's own.",
    ])
  }

  validation {
    condition = try(length(var.network.security_group_ids), 0) + (var.network.own_security_group ? 1 : 0) <= 5
    error_message = join(" ", [
      "network names ${try(length(var.network.security_group_ids), 0)} security groups, and with the module's own",
      "that is more than the 5 that a task can have. Set own_security_group = false.",
    ])
  }

  validation {
    condition = length(var.network.subnet_ids) >= 2
    error_message = join(" ", [
      "network.subnet_ids has ${length(var.network.subnet_ids)} subnet(s). Give at least two in different zones, or",
      "the loss of one zone is the loss of the service.",
    ])
  }
}

variable "egress" {
  description = <<-EOT
    Where tasks may connect to besides HTTPS (databases, queues): one rule each, to a CIDR or a security group.
  EOT
  type = map(object({
    port              = number
    cidr              = optional(string)
    security_group_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([for rule in values(var.egress) : (rule.cidr == null) != (rule.security_group_id == null)])
    error_message = join(" ", [
      "egress has a rule with both or neither of cidr and security_group_id. Give exactly one: each rule has one",
      "peer.",
    ])
  }
}

variable "registry" {
  description = <<-EOT
    Where tasks are entered in Cloud Map: the module's own service of the cluster's namespace, or one that is there
    already (`arn`; `port`, `container_name` and `container_port` for its SRV records).
  EOT
  type = object({
    arn = optional(string)

    # Whether the module makes its own; left out, it does where no ARN is given. Must be said (false) where the ARN
    # is that of a resource of the same configuration, which a plan does not know yet.
    own            = optional(bool)
    register       = optional(bool, true)
    port           = optional(number)
    container_name = optional(string)
    container_port = optional(number)
  })
  default  = {}
  nullable = false
}
