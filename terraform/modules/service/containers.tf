# Further containers of the task, and what they and the application may mount. Each as JSON: they differ in their
# attributes, and no two of a map may.

locals {
  routers = [for name, one in var.task.containers : name if one.firelens != null]
  router  = one(local.routers)

  # FireLens: the driver hands lines to the router, which acts as the task and not as ECS. Unless told otherwise it
  # writes where the application's lines would have gone, and makes no group that nobody owns.
  router_default = {
    Name              = "cloudwatch_logs"
    region            = local.region
    log_group_name    = local.application_log_group
    log_stream_prefix = "application/"
    auto_create_group = "false"
  }
  routed_here = local.router != null && try(var.task.containers[local.router].firelens.log_options, null) == null
  application_log = jsondecode(local.router == null ? jsonencode(local.cloudwatch_log) : jsonencode(merge(
    {
      logDriver = "awsfirelens"
      options   = local.routed_here ? local.router_default : var.task.containers[local.router].firelens.log_options
    },
    try(length(var.task.containers[local.router].firelens.log_secrets), 0) == 0 ? {} : {
      secretOptions = [
        for name, arn in var.task.containers[local.router].firelens.log_secrets : { name = name, valueFrom = arn }
      ]
    },
  )))

  router_statements = !local.routed_here ? [] : [{
    Sid    = "RouteLogs"
    Effect = "Allow"
    Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    Resource = [for name in [local.application_log_group] :
      "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${name}:*"
    ]
  }]

  # The router is up before what it takes lines from, and stops after it.
  application_waits = merge(
    local.router == null ? {} : { (coalesce(local.router, "-")) = "START" },
    var.task.depends_on
  )

  # What the application is told besides; left out where nothing is.
  told = { for key, value in {
    user = var.task.user == null ? null : jsonencode(var.task.user)
    ulimits = length(var.task.ulimits) == 0 ? null : jsonencode([
      for name, limit in var.task.ulimits : { name = name, softLimit = limit.soft, hardLimit = limit.hard }
    ])
    repositoryCredentials = var.task.repository_credentials == null ? null : jsonencode({
      credentialsParameter = var.task.repository_credentials
    })
    dependsOn = length(local.application_waits) == 0 ? null : jsonencode([
      for name, condition in local.application_waits : { containerName = name, condition = condition }
    ])
  } : key => value if value != null }

  capabilities = length(var.task.capabilities.add) + length(var.task.capabilities.drop) == 0 ? {} : {
    capabilities = { add = var.task.capabilities.add, drop = var.task.capabilities.drop }
  }

  beside = { for name, one in var.task.containers : name => jsonencode({ for key, value in {
    name                   = name
    image                  = one.image
    cpu                    = one.cpu
    memory                 = one.memory
    essential              = one.essential
    restartPolicy          = one.restart ? { enabled = true, restartAttemptPeriod = 60 } : null
    command                = one.command
    entryPoint             = one.entry_point
    user                   = one.user
    stopTimeout            = one.stop_timeout
    readonlyRootFilesystem = one.readonly_root_filesystem
    environment            = [for variable, value in one.environment : { name = variable, value = value }]
    secrets = length(one.secrets) == 0 ? null : [
      for variable, arn in one.secrets : { name = variable, valueFrom = arn }
    ]
    portMappings = [for port in one.ports : { containerPort = port, hostPort = port, protocol = "tcp" }]
    mountPoints = [
      for mount in one.mounts : { sourceVolume = mount.volume, containerPath = mount.path, readOnly = mount.read_only }
    ]
    dependsOn = length(one.depends_on) == 0 ? null : [
      for other, condition in one.depends_on : { containerName = other, condition = condition }
    ]
    repositoryCredentials = (
      one.repository_credentials == null ? null : { credentialsParameter = one.repository_credentials }
    )
    firelensConfiguration = one.firelens == null ? null : { for key, value in {
      type    = one.firelens.type
      options = length(one.firelens.options) == 0 ? null : one.firelens.options
    } : key => value if value != null }
    healthCheck = one.health_command == null ? null : {
      command     = one.health_command
      interval    = 30
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }
    # Its own lines never go through the router: one that fails could not say so.
    logConfiguration = {
      logDriver = "awslogs"
      options = merge(local.cloudwatch_log.options, {
        awslogs-group         = aws_cloudwatch_log_group.debug.name
        awslogs-stream-prefix = name
      })
    }
    systemControls = []
    volumesFrom    = []
  } : key => value if value != null }) }

  waits = merge({ (local.container_name) = local.application_waits }, {
    for name, one in var.task.containers : name => one.depends_on if name != local.container_name
  })
  checked = concat(
    [local.container_name], var.tracing.enabled ? ["otel-collector"] : [],
    [for name, one in var.task.containers : name if one.health_command != null],
  )
  named = concat([local.container_name], var.tracing.enabled ? ["otel-collector"] : [], keys(var.task.containers))
  # For the end of what stays, the application and the collector too, nobody may wait.
  stays = { for name, one in var.task.containers : name => one.essential || one.restart }

  bad_dependencies = flatten([
    for name, waits in local.waits : [
      for other, condition in waits : "${name} on ${other} ${condition}" if anytrue([
        name == other,
        !contains(local.named, other),
        !contains(["START", "COMPLETE", "SUCCESS", "HEALTHY"], condition),
        condition == "HEALTHY" && !contains(local.checked, other),
        contains(["COMPLETE", "SUCCESS"], condition) && lookup(local.stays, other, true),
        contains(keys(try(local.waits[other], {})), name),
      ])
    ]
  ])

  writable_mounts = [for name, path in local.writable : { sourceVolume = name, containerPath = path, readOnly = false }]
  mounts = [
    for mount in var.task.mounts :
    { sourceVolume = mount.volume, containerPath = mount.path, readOnly = mount.read_only }
  ]

  efs = { for name, volume in var.task.volumes : name => volume.efs if volume.efs != null }

  # Volumes that some container writes.
  written = toset([
    for mount in concat(var.task.mounts, flatten(values(var.task.containers)[*].mounts)) :
    mount.volume if !mount.read_only
  ])

  efs_arn = "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}"

  # As JSON and back: one with a condition differs in type from one without.
  volume_statements = [for name, one in local.efs : jsondecode(jsonencode({ for key, value in {
    Sid    = "Mount${join("", [for part in regexall("[A-Za-z0-9]+", name) : title(part)])}"
    Effect = "Allow"
    Action = concat(
      ["elasticfilesystem:ClientMount"],
      contains(local.written, name) ? ["elasticfilesystem:ClientWrite"] : [],
      one.root_access ? ["elasticfilesystem:ClientRootAccess"] : [],
    )
    Resource = ["${local.efs_arn}:file-system/${one.file_system_id}"]
    Condition = one.access_point_id == null ? null : { StringEquals = {
      "elasticfilesystem:AccessPointArn" = "${local.efs_arn}:access-point/${one.access_point_id}"
    } }
  } : key => value if value != null })) if one.iam]
}

# A role that is kept is another owner's: nothing is added to it here, and whether it has these already is not known.
check "kept_task_role" {
  assert {
    condition = local.own_task_role || length(local.volume_statements) + length(local.router_statements) == 0
    error_message = join(" ", [
      "Service ${var.name}: roles.task_role_arn (adopt's, where it is taken over) is a role of another owner, which",
      "gets no permission here for",
      format("%s.", join(" and ", compact([
        length(local.volume_statements) == 0 ? "" : "the volumes of EFS",
        length(local.router_statements) == 0 ? "" : "the log router",
      ]))),
      "Without it tasks do not start, or lose their lines. See that it has them, or take that line away and give",
      "the application's permissions by task_policy_statements. It needs:",
      format("%s.", jsonencode(distinct(flatten(
        [for one in concat(local.volume_statements, local.router_statements) : one.Action]
      )))),
    ])
  }
}
