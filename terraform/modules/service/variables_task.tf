variable "task" {
  description = <<-EOT
    What one task is. `startup_seconds` is the time from container start to the first answer; the health check is
    derived from it.
    `former_port` is the port before, said while `port` changes under a service that runs: both are let in, and the load
    balancer stays on the former until it is taken away again. A change of `port` alone is refused (README, "Another
    port").
    `longest_request` (seconds) is what drains must outlast. `secrets` maps a variable's name to the ARN of a Secrets
    Manager secret or SSM parameter.
    The container's check asks `live_path` on the task's own port, by the image's shell and its curl or wget; left out,
    it is the load balancer's `health_path`. `health_command` takes its place: an image without a shell needs one,
    `["CMD", "/app", "healthcheck"]`.
    `readonly_root_filesystem` is off unless it is asked for or the running revision has it on; `writable` lists paths
    that get a volume of the task's own storage then, such as /tmp, which goes with the task. It belongs to root unless
    the image declares it as a VOLUME.
    `init_process` puts an init before the application, which reaps what it leaves; switch it off for an image that has
    its own (s6-overlay refuses to be any but the first process).
    `spot` runs all tasks on Fargate Spot, which AWS takes back at two minutes' notice. A service that exists is
    replaced when `spot` changes: decide before it is made. `on_demand` keeps some of them off it: the first `base`
    tasks, and `percent` of those beyond. A later change of it starts a deployment, as does any other change of such a
    service.
    `volumes` are the task's own storage, or a file system of EFS (`efs`, encrypted in transit): its IAM permission is
    given, the way to it is yours, an `egress` rule for port 2049. `mounts` says where the application finds them.
    `containers` run beside the application; the `memory` (MiB) and `cpu` (units) of each come out of the task's size.
    `depends_on` maps a container to START, COMPLETE, SUCCESS or HEALTHY. One with `firelens` takes the application's
    logs, and sends them to its log group unless `log_options` say otherwise.
    `capabilities` that an application does not need can be dropped; Fargate adds none but SYS_PTRACE.
    `repository_credentials` is the ARN of the secret that a private registry asks for.
  EOT
  type = object({
    image                    = string
    cpu                      = number
    memory                   = number
    startup_seconds          = number
    port                     = optional(number)
    former_port              = optional(number)
    architecture             = optional(string, "X86_64")
    command                  = optional(list(string))
    environment              = optional(map(string), {})
    secrets                  = optional(map(string), {})
    health_command           = optional(list(string))
    live_path                = optional(string)
    stop_timeout             = optional(number, 30)
    longest_request          = optional(number, 20)
    ephemeral_storage        = optional(number)
    readonly_root_filesystem = optional(bool)
    writable                 = optional(list(string), [])
    init_process             = optional(bool, true)
    spot                     = optional(bool, false)
    on_demand                = optional(object({ base = optional(number, 0), percent = optional(number, 0) }))
    user                     = optional(string)

    capabilities = optional(object({ add = optional(list(string), []), drop = optional(list(string), []) }), {})

    ulimits                = optional(map(object({ soft = number, hard = number })), {})
    repository_credentials = optional(string)
    depends_on             = optional(map(string), {})

    mounts = optional(list(object({ volume = string, path = string, read_only = optional(bool, false) })), [])

    volumes = optional(map(object({
      efs = optional(object({
        file_system_id  = string
        access_point_id = optional(string)
        root_directory  = optional(string)
        iam             = optional(bool, true)
        root_access     = optional(bool, false)
      }))
    })), {})
    containers = optional(map(object({
      image          = string
      memory         = number
      cpu            = optional(number, 0)
      essential      = optional(bool, false)
      restart        = optional(bool, false)
      command        = optional(list(string))
      entry_point    = optional(list(string))
      environment    = optional(map(string), {})
      secrets        = optional(map(string), {})
      health_command = optional(list(string))
      depends_on     = optional(map(string), {})

      mounts = optional(list(object({ volume = string, path = string, read_only = optional(bool, false) })), [])

      ports                    = optional(list(number), [])
      user                     = optional(string)
      readonly_root_filesystem = optional(bool, false)
      stop_timeout             = optional(number, 30)
      repository_credentials   = optional(string)
      firelens = optional(object({
        type        = optional(string, "fluentbit")
        options     = optional(map(string), {})
        log_options = optional(map(string))
        log_secrets = optional(map(string), {})
      }))
    })), {})
  })
  nullable = false

  validation {
    condition = contains(range(1, 201), var.task.startup_seconds)
    error_message = join(" ", [
      "task.startup_seconds is ${var.task.startup_seconds}. It must be a whole number from 1 to 200:",
      "the start period is 1.5 times it, and ECS allows no more than 300 s.",
      "A slower start needs a smaller image or a lazier boot, not a longer wait.",
    ])
  }

  validation {
    condition = var.task.stop_timeout >= 2 && var.task.stop_timeout <= 120
    error_message = join(" ", [
      "task.stop_timeout is ${var.task.stop_timeout}.",
      "Fargate takes 2 to 120 s between SIGTERM and SIGKILL.",
    ])
  }

  validation {
    condition = (
      var.task.port == null
      ? true
      : var.task.port >= 1 && var.task.port <= 65535 && !contains([2000, 4317, 4318, 13133], var.task.port)
    )
    error_message = join(" ", [
      "task.port is ${coalesce(var.task.port, 0)}. It must be 1 to 65535 and none of 2000, 4317, 4318 and 13133,",
      "which the trace collector in the same task listens on.",
    ])
  }

  validation {
    condition = var.task.port != null || var.task.health_command != null
    error_message = join(" ", [
      "task has neither port nor health_command. Without a port the default health check has nothing to ask:",
      "give the command that tells a working container from a broken one.",
    ])
  }

  validation {
    condition = (
      var.task.health_command == null
      ? true
      : length(var.task.health_command) >= 2 && contains(["CMD", "CMD-SHELL"], try(var.task.health_command[0], ""))
    )
    error_message = join(" ", [
      "task.health_command is ${jsonencode(var.task.health_command)}.",
      "ECS takes CMD and a program with its arguments, or CMD-SHELL and a line for the image's shell.",
      "An image without a shell needs the first, with a probe of its own: [\"CMD\", \"/app\", \"healthcheck\"].",
    ])
  }

  validation {
    condition = (
      alltrue([for path in var.task.writable : startswith(path, "/") && path != "/"]) &&
      length(distinct(var.task.writable)) == length(var.task.writable)
    )
    error_message = join(" ", [
      "task.writable is ${jsonencode(var.task.writable)}.",
      "Each is the path of a folder in the container, such as /tmp, and is named once.",
    ])
  }

  validation {
    condition     = var.task.live_path == null ? true : startswith(var.task.live_path, "/")
    error_message = "task.live_path is \"${coalesce(var.task.live_path, "-")}\". It must begin with a slash."
  }

  validation {
    condition     = contains(["X86_64", "ARM64"], var.task.architecture)
    error_message = "task.architecture is \"${var.task.architecture}\". Fargate runs X86_64 or ARM64."
  }

  validation {
    condition = var.task.ephemeral_storage == null ? true : contains(range(21, 201), var.task.ephemeral_storage)
    error_message = join(" ", [
      "task.ephemeral_storage is ${coalesce(var.task.ephemeral_storage, 0)} GiB.",
      "Fargate takes 21 to 200; for the 20 that are included leave it out.",
    ])
  }

  validation {
    condition = alltrue([
      for arn in values(var.task.secrets) : can(regex("^arn:[a-z-]+:(secretsmanager|ssm):", arn))
    ])
    error_message = join(" ", [
      "task.secrets holds something that is not the ARN of a Secrets Manager secret or an SSM parameter.",
      "Put the value into one of them and name its ARN here: a value in the configuration ends up in the state.",
    ])
  }

  validation {
    condition = var.task.longest_request >= 1 && var.task.longest_request <= 3600
    error_message = join(" ", [
      "task.longest_request is ${var.task.longest_request}.",
      "It is the longest request in seconds, 1 to 3600, that a drain must outlast.",
    ])
  }

  validation {
    condition = (
      var.task.on_demand == null
      ? true
      : var.task.spot &&
      var.task.on_demand.base >= 0 &&
      var.task.on_demand.percent >= 0 &&
      var.task.on_demand.percent < 100 &&
      var.task.on_demand.base + var.task.on_demand.percent > 0 &&
      floor(var.task.on_demand.base) == var.task.on_demand.base &&
      floor(var.task.on_demand.percent) == var.task.on_demand.percent
    )
    error_message = join(" ", [
      "task.on_demand asks for a base of ${try(var.task.on_demand.base, 0)} and ${try(var.task.on_demand.percent, 0)}",
      "% beyond, with spot = ${var.task.spot}. It goes with spot = true; base is a whole number of tasks,",
      "percent one from 0 to 99, and one of them is above 0. For no task on Spot leave both out.",
    ])
  }

  validation {
    condition = length(setsubtract(var.task.capabilities.add, ["SYS_PTRACE"])) == 0
    error_message = join(" ", [
      "task.capabilities.add has ${join(", ", setsubtract(var.task.capabilities.add, ["SYS_PTRACE"]))}.",
      "Fargate adds none but SYS_PTRACE, and refuses the task definition: take it away.",
    ])
  }

  validation {
    condition = alltrue([
      for name in var.task.capabilities.drop :
      can(regex("^[A-Z_]+$", name)) && !startswith(name, "CAP_")
    ])
    error_message = join(" ", [
      "task.capabilities.drop is ${jsonencode(var.task.capabilities.drop)}.",
      "Name them as ECS does, in capitals and without CAP_: ALL, NET_RAW.",
    ])
  }

  validation {
    condition = alltrue([for name, limit in var.task.ulimits : limit.soft >= 0 && limit.hard >= limit.soft && contains([
      "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
      "rttime", "sigpending", "stack",
    ], name)])
    error_message = join(" ", [
      "task.ulimits is ${jsonencode(var.task.ulimits)}.",
      "Each is a limit that ECS knows (nofile, nproc, memlock, …), with soft no higher than hard.",
    ])
  }

  validation {
    condition = alltrue([
      for arn in concat(
        [var.task.repository_credentials],
        [for one in values(var.task.containers) : one.repository_credentials]
      ) :
      arn == null ? true : can(regex("^arn:[a-z-]+:secretsmanager:", arn))
    ])
    error_message = join(" ", [
      "repository_credentials of task or of one of its containers is not the ARN of a Secrets Manager secret.",
      "Put the registry's user and password into one: ECS takes no other store.",
    ])
  }

  validation {
    condition = alltrue([
      for name in keys(var.task.volumes) :
      can(regex("^[a-zA-Z0-9_-]{1,255}$", name)) && !startswith(name, "writable-")
    ])
    error_message = join(" ", [
      "task.volumes has the names ${join(", ", keys(var.task.volumes))}.",
      "Use letters, digits, hyphens and underscores; names that begin with writable- are those of task.writable.",
    ])
  }

  validation {
    condition = alltrue([
      for volume in values(var.task.volumes) :
      volume.efs == null
      ? true
      : can(regex("^fs-[0-9a-f]+$", volume.efs.file_system_id)) &&
      (volume.efs.access_point_id == null ? true : can(regex("^fsap-[0-9a-f]+$", volume.efs.access_point_id)))
    ])
    error_message = join(" ", [
      "task.volumes has an EFS file_system_id that is not fs-…, or an access_point_id that is not fsap-…:",
      "${join(", ", [for name, volume in var.task.volumes : name if volume.efs != null])}.",
      "Give the ids, not ARNs or names.",
    ])
  }

  validation {
    condition = alltrue([
      for volume in values(var.task.volumes) :
      try(volume.efs.access_point_id, null) == null ||
      try(contains(["/"], coalesce(volume.efs.root_directory, "/")), true)
    ])
    error_message = join(" ", [
      "task.volumes has both an access_point_id and a root_directory:",
      format("%s.", join(", ", [
        for name, volume in var.task.volumes : name
        if try(volume.efs.access_point_id, null) != null && try(volume.efs.root_directory, null) != null
      ])),
      "The access point says the directory, and ECS refuses another: take root_directory away.",
    ])
  }

  validation {
    condition = alltrue([
      for mount in concat(var.task.mounts, flatten([for one in values(var.task.containers) : one.mounts])) :
      contains(keys(var.task.volumes), mount.volume) && startswith(mount.path, "/") && mount.path != "/"
    ])
    error_message = join(" ", [
      "mounts of task or of one of its containers name a volume that task.volumes has not,",
      "or a path that is no folder in the container:",
      format("%s.", join(", ", [
        for mount in concat(var.task.mounts, flatten([for one in values(var.task.containers) : one.mounts])) :
        "${mount.volume} at ${mount.path}"
      ])),
      "There are the volumes ${join(", ", keys(var.task.volumes))}.",
    ])
  }

  validation {
    condition = alltrue([
      for mounts in concat(
        [concat(var.task.mounts[*].path, var.task.writable)],
        [for one in values(var.task.containers) : one.mounts[*].path]
      ) :
      length(distinct(mounts)) == length(mounts)
    ])
    error_message = join(" ", [
      "mounts of task or of one of its containers name a path twice (task.writable counts).",
      "One path holds one volume.",
    ])
  }

  validation {
    condition = alltrue([
      for name in keys(var.task.containers) :
      can(regex("^[a-zA-Z0-9_-]{1,255}$", name)) && name != "otel-collector"
    ])
    error_message = join(" ", [
      "task.containers has the names ${join(", ", keys(var.task.containers))}.",
      "Use letters, digits, hyphens and underscores; otel-collector is the trace collector's.",
    ])
  }

  validation {
    condition = alltrue([
      for one in values(var.task.containers) :
      one.memory >= 6 && one.cpu >= 0 && floor(one.memory) == one.memory && floor(one.cpu) == one.cpu
    ])
    error_message = join(" ", [
      "task.containers asks for",
      "${join(", ", [for name, one in var.task.containers : "${name}: ${one.cpu} CPU units and ${one.memory} MiB"])}.",
      "Both are whole numbers, memory at least 6 MiB.",
    ])
  }

  validation {
    condition = alltrue([for one in values(var.task.containers) : one.stop_timeout >= 2 && one.stop_timeout <= 120])
    error_message = join(" ", [
      "task.containers has a stop_timeout outside 2 to 120 s, which is what Fargate takes:",
      "${join(", ", [for name, one in var.task.containers : "${name} ${one.stop_timeout} s"])}.",
    ])
  }

  validation {
    condition = alltrue([
      for one in values(var.task.containers) :
      one.health_command == null
      ? true
      : length(one.health_command) >= 2 && contains(["CMD", "CMD-SHELL"], try(one.health_command[0], ""))
    ])
    error_message = join(" ", [
      "task.containers has a health_command that is neither CMD and a program nor CMD-SHELL and a line:",
      "${join(", ", [for name, one in var.task.containers : name if one.health_command != null])}.",
    ])
  }

  validation {
    condition = alltrue([
      for arn in flatten([
        for one in values(var.task.containers) :
        concat(values(one.secrets), values(try(one.firelens.log_secrets, {})))
      ]) :
      can(regex("^arn:[a-z-]+:(secretsmanager|ssm):", arn))
    ])
    error_message = join(" ", [
      "task.containers has secrets (or firelens.log_secrets) with something that is not the ARN of a Secrets Manager",
      "secret or an SSM parameter. A value in the configuration ends up in the state.",
    ])
  }

  validation {
    condition = (
      alltrue([
        for port in flatten(values(var.task.containers)[*].ports) :
        port >= 1 && port <= 65535 && !contains([2000, 4317, 4318, 13133, coalesce(var.task.port, 0)], port)
      ]) &&
      length(flatten(values(var.task.containers)[*].ports)) ==
      length(distinct(flatten(values(var.task.containers)[*].ports)))
    )
    error_message = join(" ", [
      "task.containers has ports ${jsonencode(flatten([for one in values(var.task.containers) : one.ports]))}.",
      "All containers of a task share one address: each port is 1 to 65535 and taken once, none is task.port,",
      "and 2000, 4317, 4318 and 13133 are the trace collector's.",
    ])
  }

  validation {
    condition = (
      length([for one in values(var.task.containers) : one if one.firelens != null]) <= 1 &&
      alltrue([
        for one in values(var.task.containers) :
        one.firelens == null ? true : contains(["fluentbit", "fluentd"], one.firelens.type)
      ])
    )
    error_message = join(" ", [
      "task.containers has firelens on",
      format("%s.", join(", ", [
        for name, one in var.task.containers : "${name} (${one.firelens.type})" if one.firelens != null
      ])),
      "A task has one log router, of type fluentbit or fluentd.",
    ])
  }
}
