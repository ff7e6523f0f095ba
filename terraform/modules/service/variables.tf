variable "name" {
  description = "Name of the service: the ECS service, its Cloud Map name and the stem of everything else."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "name is \"${var.name}\". It must be 2 to 32 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen, because it becomes a DNS label and part of a target group's name."
  }
}

variable "environment" {
  description = "Environment, as tagged. Only `production` keeps application logs for the production retention."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["production", "staging", "test", "development"], var.environment)
    error_message = "environment is \"${var.environment}\". Use production, staging, test or development: any other word (prod, live) would silently get the retention of a debug environment."
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
  description = "More tags for every resource and task. Environment, Service and CostCenter are always set from their own variables."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.tags), ["Environment", "Service", "CostCenter"])) == 0
    error_message = "tags holds Environment, Service or CostCenter. Set them by environment, name and cost_center, so that they cannot disagree."
  }
}

variable "cluster" {
  description = "The cluster the service runs on, as modules/cluster gives it out. What is made begins with `stem`, or with the name where that will do."
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
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", coalesce(var.cluster.stem, var.cluster.name)))
    error_message = "cluster.${var.cluster.stem == null ? "name" : "stem"} is \"${coalesce(var.cluster.stem, var.cluster.name)}\", and the names of roles, target groups, alarms and log groups begin with it: 2 to 20 lower-case letters, digits and hyphens that begin with a letter and do not end with a hyphen. The cluster keeps its name: give another beginning as cluster.stem."
  }
}

variable "network" {
  description = <<-EOT
    Where tasks live: the VPC and its private subnets, one a zone. `assign_public_ip` is for public subnets, where tasks have no other way out.
    `security_group_ids` are put on the tasks beside the module's own, such as one that a database lets in. `own_security_group = false` leaves the module's own away; with none (`[]`) tasks then have the VPC's default group, which AWS takes where a service names none. A change of either starts new tasks.
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
    condition     = var.network.own_security_group || var.network.security_group_ids != null
    error_message = "network.own_security_group is false and security_group_ids is not given. Name those that tasks have ([] where the service names none), or let them have the module's own."
  }

  validation {
    condition     = try(length(var.network.security_group_ids), 0) + (var.network.own_security_group ? 1 : 0) <= 5
    error_message = "network names ${try(length(var.network.security_group_ids), 0)} security groups, and with the module's own that is more than the 5 that a task can have. Set own_security_group = false."
  }

  validation {
    condition     = length(var.network.subnet_ids) >= 2
    error_message = "network.subnet_ids has ${length(var.network.subnet_ids)} subnet(s). Give at least two in different zones, or the loss of one zone is the loss of the service."
  }
}

variable "scaling" {
  description = <<-EOT
    Bounds and step policies, as modules/scaling has them, which checks them and says what each field is. Null for scaling of one's own, or none: then no target, policy or alarm is made, and `desired_count` says how many tasks there are at first.
  EOT
  type = object({
    min = number
    max = number
    cpu = optional(object({
      enabled = optional(bool)
      high    = optional(number)
      low     = optional(number)
      steps   = optional(list(object({ above = number, add = number })))
    }))
    memory = optional(object({
      enabled = optional(bool)
      high    = optional(number)
      low     = optional(number)
      steps   = optional(list(object({ above = number, add = number })))
    }))
    metrics = optional(map(object({
      high       = number
      low        = number
      steps      = list(object({ above = number, add = number }))
      expression = optional(string)
      per_task   = optional(string)
      divided    = optional(bool)
      sources = map(object({
        namespace   = string
        metric_name = string
        dimensions  = optional(map(string))
        stat        = optional(string)
        missing     = optional(number)
      }))
    })))
    scale_in = optional(object({
      steps = optional(list(object({ below = number, remove = number })))
    }))
    out_cooldown   = optional(number)
    in_cooldown    = optional(number)
    period         = optional(number)
    out_periods    = optional(number)
    out_datapoints = optional(number)
    in_periods     = optional(number)
    in_datapoints  = optional(number)
  })
}

variable "desired_count" {
  description = "Tasks at first, where `scaling` is null; afterwards the count is whoever scales the service's. With `scaling` it is scaling.min."
  type        = number
  default     = null

  validation {
    condition = (
      var.desired_count == null
      ? true
      : var.desired_count >= 0 && floor(var.desired_count) == var.desired_count && var.desired_count <= 5000
    )
    error_message = "desired_count is ${coalesce(var.desired_count, 0)}. It is a whole number of tasks, 0 to 5000."
  }
}

variable "deployment" {
  description = <<-EOT
    How a deployment goes. At least `minimum_percent` of the tasks stay up and at most `maximum_percent` run meanwhile. A service of which two copies must never run takes 0 and 100, and is away between the two.
    `alarms` (their `names`) that go off fail it, and roll it back unless `rollback` is false. `wait_for_steady_state` has an apply that changes the service wait; it does not tell a rollback from a success.
  EOT
  type = object({
    minimum_percent       = optional(number, 100)
    maximum_percent       = optional(number, 200)
    wait_for_steady_state = optional(bool, false)
    alarms = optional(object({
      names    = list(string)
      rollback = optional(bool, true)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      alltrue([
        for percent in [var.deployment.minimum_percent, var.deployment.maximum_percent] :
        percent >= 0 && floor(percent) == percent
      ]) &&
      var.deployment.minimum_percent <= 100 &&
      var.deployment.maximum_percent >= 100
    )
    error_message = "deployment asks for ${var.deployment.minimum_percent} to ${var.deployment.maximum_percent} %. minimum_percent is a whole number from 0 to 100, maximum_percent one from 100."
  }

  validation {
    condition     = var.deployment.alarms == null ? true : length(var.deployment.alarms.names) > 0
    error_message = "deployment.alarms names no alarm. Name those that fail a deployment, or leave it out."
  }
}

variable "logs" {
  description = "Retention in days: `production_days` for the application's stream in production, `debug_days` for sidecars, and for everything elsewhere."
  type = object({
    production_days = optional(number, 30)
    debug_days      = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition = length(setsubtract(
      [var.logs.production_days, var.logs.debug_days],
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    )) == 0
    error_message = "logs asks for ${var.logs.production_days} and ${var.logs.debug_days} days. CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days; for ever (0) is not offered, because that is how the bill grew."
  }
}

variable "tracing" {
  description = <<-EOT
    OpenTelemetry collector (ADOT) sidecar that sends traces to X-Ray. Its `cpu` and `memory` come out of the task's size. It keeps the share of traces that the cluster says (`cluster.tracing.sampling_rate`), by their id.
    The application is told where to send by variables, all below its own: the traces endpoint with its `protocol` (`http/protobuf`, `grpc`, or `sdk` for what the SDK does untold: both ports are open), the service's name, and that nothing takes metrics and logs. `propagators` are told only where named: an SDK that lacks one does not start.
    `sampler = "xray"` has the SDK sample by the cluster's X-Ray rule instead, for applications whose SDK has that sampler; others ignore it and record everything.
  EOT
  type = object({
    enabled     = optional(bool, true)
    image       = optional(string, "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.1")
    cpu         = optional(number, 32)
    memory      = optional(number, 128)
    protocol    = optional(string, "http/protobuf")
    propagators = optional(list(string), [])
    sampler     = optional(string, "collector")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["http/protobuf", "grpc", "sdk"], var.tracing.protocol)
    error_message = "tracing.protocol is \"${var.tracing.protocol}\". Use http/protobuf or grpc, or sdk to tell the application neither protocol nor endpoint."
  }

  validation {
    condition     = contains(["collector", "xray"], var.tracing.sampler)
    error_message = "tracing.sampler is \"${var.tracing.sampler}\". Use collector, or xray for applications whose SDK has X-Ray's sampler."
  }

  validation {
    condition     = var.tracing.cpu >= 1 && var.tracing.memory >= 64
    error_message = "tracing asks for ${var.tracing.cpu} CPU units and ${var.tracing.memory} MiB. The collector needs at least 1 unit and 64 MiB: under that its memory limiter drops every span."
  }
}

variable "execute_command" {
  description = "Allow `aws ecs execute-command` into this service's tasks. Sessions are logged in the cluster's debug log group."
  type        = bool
  default     = false
  nullable    = false
}

variable "egress" {
  description = "Where tasks may connect to besides HTTPS (databases, queues): one rule each, to a CIDR or a security group."
  type = map(object({
    port              = number
    cidr              = optional(string)
    security_group_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.egress) : (rule.cidr == null) != (rule.security_group_id == null)])
    error_message = "egress has a rule with both or neither of cidr and security_group_id. Give exactly one: each rule has one peer."
  }
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
    error_message = "secret_kms_key_arns holds something that is not the ARN of a key (…:key/…). Aliases move; permission is for the key."
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
    error_message = "task_policy_statements has an action with a wildcard. Name each action: a wildcard grants what AWS adds next year too."
  }
}

variable "registry" {
  description = "Where tasks are entered in Cloud Map: the module's own service of the cluster's namespace, or one that is there already (`arn`; `port`, `container_name` and `container_port` for its SRV records)."
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

variable "roles" {
  description = <<-EOT
    The roles of the service. Of those that the module makes: their `path`, and the ARN of the policy that is their `permissions_boundary`.
    A role of another owner, by its ARN, takes the place of one that the module makes. It is given no permission here: what tasks need is the owner's to give.
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
    condition     = can(regex("^/([!-~]+/)?$", var.roles.path)) && length(var.roles.path) <= 512
    error_message = "roles.path is \"${var.roles.path}\". IAM takes a path that begins and ends with a slash, such as /service/."
  }

  validation {
    condition = (
      var.roles.permissions_boundary == null
      ? true
      : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.roles.permissions_boundary))
    )
    error_message = "roles.permissions_boundary is \"${coalesce(var.roles.permissions_boundary, "-")}\". It must be the ARN of a policy (…:policy/NAME)."
  }

  validation {
    condition = alltrue([
      for arn in [var.roles.execution_role_arn, var.roles.task_role_arn] :
      arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))
    ])
    error_message = "roles.execution_role_arn or roles.task_role_arn is not the ARN of a role."
  }
}

variable "alarms" {
  description = <<-EOT
    Alarms for whoever is on call, to the cluster's topic of alerts (`cluster.alerts`) or to one of your own (`topic`); where there is neither, none are made. Each is off where it is false or 0, all are where `alarms` is null.
    `unhealthy`: tasks fail the load balancer's check for longer than they may start ($0.10 a month). `errors_percent`: the share of 5xx answers, five minutes in a row, each with `errors_least` of them or more ($0.20). `at_max_minutes`: as many minutes at `scaling.max`, where the cluster has Container Insights ($0.10).
    Not to be named in `deployment.alarms`: one that is on already switches the watch over a deployment off.
  EOT
  type = object({
    topic          = optional(object({ arn = string }))
    unhealthy      = optional(bool, true)
    errors_percent = optional(number, 5)
    errors_least   = optional(number, 2)
    at_max_minutes = optional(number, 15)
  })
  default = {}

  validation {
    condition     = var.alarms == null ? true : var.alarms.errors_percent >= 0 && var.alarms.errors_percent < 100
    error_message = "alarms.errors_percent is ${try(var.alarms.errors_percent, 0)}. It is a percentage under 100; 0 for no alarm."
  }

  validation {
    condition     = var.alarms == null ? true : var.alarms.errors_least >= 1
    error_message = "alarms.errors_least is ${try(var.alarms.errors_least, 0)}. A minute counts from so many 5xx answers on: at least 1."
  }

  validation {
    condition = var.alarms == null ? true : alltrue([
      var.alarms.at_max_minutes >= 0,
      var.alarms.at_max_minutes <= 1440,
      floor(var.alarms.at_max_minutes) == var.alarms.at_max_minutes,
    ])
    error_message = "alarms.at_max_minutes is ${try(var.alarms.at_max_minutes, 0)}. It is a whole number of minutes, a day at most; 0 for no alarm."
  }
}
