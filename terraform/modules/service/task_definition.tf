locals {
  # What the application does not get.
  shares = merge(
    var.tracing.enabled ? { otel-collector = { cpu = var.tracing.cpu, memory = var.tracing.memory } } : {},
    { for name, one in var.task.containers : name => { cpu = one.cpu, memory = one.memory } }
  )
  sidecar_cpu    = sum(concat([0], values(local.shares)[*].cpu))
  sidecar_memory = sum(concat([0], values(local.shares)[*].memory))

  # An application that writes there would fail: only who knows it can switch this on. What runs keeps what it has.
  readonly_root_filesystem = (
    var.task.readonly_root_filesystem != null
    ? var.task.readonly_root_filesystem
    : try(coalesce(local.running.readonlyRootFilesystem), false)
  )

  writable = { for index, path in var.task.writable : "writable-${index}" => path }

  application = {
    for key, value in merge({ for key, value in local.carried : key => jsondecode(value) if key != "command" }, {
      name      = local.container_name
      image     = var.task.image
      cpu       = var.task.cpu - local.sidecar_cpu
      memory    = var.task.memory - local.sidecar_memory
      essential = true
      command   = var.task.command != null ? var.task.command : try(jsondecode(local.carried.command), null)
      portMappings = concat(
        [
          for port in [var.task.port, var.task.former_port] :
          { containerPort = port, hostPort = port, protocol = "tcp" }
          if port != null
        ],
        local.other_ports,
      )
      environment = [for name, value in local.environment : { name = name, value = value }]
      secrets     = [for name, arn in local.secrets : { name = name, valueFrom = arn }]
      healthCheck = {
        command     = local.health_command
        interval    = local.check_interval
        timeout     = local.check_timeout
        retries     = local.check_retries
        startPeriod = local.start_period
      }
      stopTimeout = var.task.stop_timeout
      # Reaps the children that ECS Exec and shells leave. One that an image brings (s6, tini) wants to be first.
      linuxParameters        = merge({ initProcessEnabled = var.task.init_process }, local.capabilities)
      readonlyRootFilesystem = local.readonly_root_filesystem
      logConfiguration       = local.application_log
      # API defaults written out: without them every plan shows a difference.
      mountPoints    = concat(local.writable_mounts, local.mounts)
      systemControls = []
      volumesFrom    = []
      # Null leaves the running revision's own.
    }, { for key, value in local.told : key => jsondecode(value) }) : key => value if value != null
  }
}

resource "aws_ecs_task_definition" "this" {
  # An application that writes to its root would fail: as the running revision has it.
  #checkov:skip=CKV_AWS_336:new services choose task.readonly_root_filesystem
  family                   = coalesce(var.adopt.family, local.full_name)
  cpu                      = tostring(var.task.cpu)
  memory                   = tostring(var.task.memory)
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn
  container_definitions = jsonencode(concat(
    [local.application],
    var.tracing.enabled ? [local.collector] : [],
    [for name in keys(var.task.containers) : jsondecode(local.beside[name])],
  ))

  # A rollback needs the old revision to be there.
  skip_destroy = true
  tags         = local.tags

  runtime_platform {
    cpu_architecture        = var.task.architecture
    operating_system_family = "LINUX"
  }

  dynamic "ephemeral_storage" {
    for_each = var.task.ephemeral_storage == null ? [] : [var.task.ephemeral_storage]
    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = local.writable
    content {
      name = volume.key
    }
  }

  dynamic "volume" {
    for_each = var.task.volumes
    content {
      name = volume.key

      dynamic "efs_volume_configuration" {
        for_each = volume.value.efs == null ? [] : [volume.value.efs]
        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          root_directory     = coalesce(efs_volume_configuration.value.root_directory, "/")
          transit_encryption = "ENABLED" # what IAM and an access point ask for anyway

          dynamic "authorization_config" {
            for_each = (
              efs_volume_configuration.value.iam || efs_volume_configuration.value.access_point_id != null
              ? [efs_volume_configuration.value]
              : []
            )
            content {
              access_point_id = authorization_config.value.access_point_id
              iam             = authorization_config.value.iam ? "ENABLED" : "DISABLED"
            }
          }
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition = local.fargate_valid
      error_message = join(" ", [
        "Service ${var.name}: ${var.task.cpu} CPU units with ${var.task.memory} MiB is not a Fargate size. Nearest",
        "valid: ${join(", ", local.fargate_nearest)}.",
      ])
    }

    precondition {
      condition = var.task.cpu - local.sidecar_cpu >= 128 && var.task.memory - local.sidecar_memory >= 128
      error_message = join(" ", [
        "Service ${var.name}: what runs beside the application",
        "(${join(", ", [for name, one in local.shares : "${name} ${one.cpu}/${one.memory}"])}) takes",
        "${local.sidecar_cpu} CPU units and ${local.sidecar_memory} MiB of ${var.task.cpu}/${var.task.memory} and",
        "leaves the application ${var.task.cpu - local.sidecar_cpu}/${var.task.memory - local.sidecar_memory}, less",
        "than 128 of one. Choose a larger size, lower theirs (task.containers, tracing.cpu, tracing.memory), or",
        "switch tracing off.",
      ])
    }

    precondition {
      condition = !var.tracing.enabled || !local.xray_sampler || var.cluster.tracing.xray_rule
      error_message = join(" ", [
        "Service ${var.name}: tracing.sampler is \"xray\", but the cluster has no X-Ray rule, so X-Ray's default",
        "would decide. Set tracing.xray_rule of modules/cluster, or leave the sampler to the collector.",
      ])
    }

    precondition {
      condition = !contains(keys(var.task.containers), local.container_name)
      error_message = join(" ", [
        "Service ${var.name}: task.containers has ${local.container_name}, which is the application's own name. Give",
        "the further container another.",
      ])
    }

    precondition {
      condition = length(local.bad_dependencies) == 0
      error_message = join(" ", [
        "Service ${var.name}: depends_on cannot be: ${join("; ", local.bad_dependencies)}.",
        "It names another container of the task with START, COMPLETE, SUCCESS or HEALTHY, no two wait for each",
        "other, HEALTHY waits for one with a health_command, and one that is waited for until it ends (COMPLETE,",
        "SUCCESS) has essential and restart off.",
      ])
    }

    precondition {
      condition = local.health_command != null
      error_message = join(" ", [
        "Service ${var.name}: the default check of the container speaks HTTP, and the application gRPC.",
        "Give task.health_command, such as [\"CMD\", \"/bin/grpc_health_probe\",",
        "\"-addr=127.0.0.1:${coalesce(var.task.port, 0)}\"], or task.live_path where it answers HTTP on its port",
        "too.",
      ])
    }

    precondition {
      condition = (
        var.task.former_port == null
        ? true
        : var.task.port != null &&
        var.task.former_port != var.task.port &&
        !contains(flatten(values(var.task.containers)[*].ports), var.task.former_port)
      )
      error_message = join(" ", [
        "Service ${var.name}: task.former_port is ${coalesce(var.task.former_port, 0)}.",
        "It is the port that the service had before task.port, another than that and no other container's:",
        "take it away once the new one is deployed.",
      ])
    }

    precondition {
      condition = local.own_task_role || length(var.task_policy_statements) == 0
      error_message = join(" ", [
        "Service ${var.name}: task_policy_statements are for the module's own task role, but roles.task_role_arn",
        "(adopt's, where it is taken over) names another one. Take that line away, or give the permissions to the",
        "role that is kept.",
      ])
    }

    # Known at the latest when it is applied.
    precondition {
      condition = (
        local.own_execution_role == (var.roles.execution_role_arn == null) &&
        local.own_task_role == (var.roles.task_role_arn == null) &&
        local.own_registry == (var.registry.arn == null)
      )
      error_message = join(" ", [
        "Service ${var.name}: roles.own_execution_role, roles.own_task_role or registry.own says otherwise than the",
        "ARN beside it. Say false where the ARN of another one is given, and leave it out where none is.",
      ])
    }

    precondition {
      condition = var.adopt.definition == null || local.running != null
      error_message = join(" ", [
        "Service ${var.name}: the revision ${coalesce(var.adopt.definition, "-")} has no container",
        "${local.container_name}, or the AWS provider is too old to show it (tried with 5.100.0).",
        "Correct adopt.container_name, or write environment and secrets out and leave adopt.definition away.",
      ])
    }

    precondition {
      condition = !(var.execute_command && local.readonly_root_filesystem)
      error_message = join(" ", [
        "Service ${var.name}: ECS Exec writes to the container's root file system, which readonly_root_filesystem",
        "forbids. Choose one of the two.",
      ])
    }
  }
}
