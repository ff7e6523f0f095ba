locals {
  own_execution_role = (
    var.roles.own_execution_role != null ? var.roles.own_execution_role : var.roles.execution_role_arn == null
  )
  own_task_role = var.roles.own_task_role != null ? var.roles.own_task_role : var.roles.task_role_arn == null

  execution_role_arn = local.own_execution_role ? aws_iam_role.execution[0].arn : var.roles.execution_role_arn
  task_role_arn      = local.own_task_role ? aws_iam_role.task[0].arn : var.roles.task_role_arn
}

# Two roles: the execution role is ECS's (pull, log, read secrets), the task role is the application's.

locals {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      # Only ECS in this account and region may take the role: no confused deputy.
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
      }
    }]
  })

  # A private ECR image names its repository, the collector's too where it is mirrored; any other registry needs no
  # permission of ours.
  images = concat(
    [var.task.image],
    var.tracing.enabled ? [var.tracing.image] : [],
    values(var.task.containers)[*].image,
  )
  ecr = [
    for image in local.images :
    try(
      regex(
        join("\\.", [
          "^(?P<account>[0-9]{12})", "dkr", "ecr(?:-fips)?", "(?P<region>[a-z0-9-]+)", "amazonaws",
          "com(?:\\.cn)?/(?P<repository>[^:@]+)",
        ]),
        image
      ),
      null
    )
  ]
  repository_arns = distinct([
    for one in local.ecr :
    "arn:${local.partition}:ecr:${one.region}:${one.account}:repository/${one.repository}"
    if one != null
  ])

  # Of all containers of the task, and what private registries ask for.
  read_secrets = concat(
    values(local.secrets),
    flatten([
      for one in values(var.task.containers) :
      concat(values(one.secrets), values(try(one.firelens.log_secrets, {})))
    ]),
    compact(concat([var.task.repository_credentials], values(var.task.containers)[*].repository_credentials)),
  )

  # "…:secret:name-suffix:json-key:stage:version" names a part of a secret; permission is for the whole.
  secret_arns = distinct([
    for arn in local.read_secrets :
    join(":", slice(split(":", arn), 0, 7))
    if can(regex(":secretsmanager:", arn))
  ])
  parameter_arns = distinct([for arn in local.read_secrets : arn if can(regex(":ssm:", arn))])

  execution_statements = concat(
    [{
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = [for arn in local.log_group_arns : "${arn}:log-stream:*"] # streams are named after tasks
    }],
    length(local.repository_arns) == 0 ? [] : [
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = local.repository_arns
      },
      {
        Sid      = "RegistryToken"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"] # the action has no resource: the token is the registry's, not a repository's
      },
    ],
    length(local.secret_arns) == 0 ? [] : [{
      Sid      = "ReadSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = local.secret_arns
    }],
    length(local.parameter_arns) == 0 ? [] : [{
      Sid      = "ReadParameters"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = local.parameter_arns
    }],
    length(var.secret_kms_key_arns) == 0 ? [] : [{
      Sid      = "DecryptSecrets"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = var.secret_kms_key_arns
    }],
  )

  tracing_statements = var.tracing.enabled ? [{
    Sid    = "SendTraces"
    Effect = "Allow"
    Action = concat(
      local.xray_sampler ? [
        "xray:GetSamplingRules",
        "xray:GetSamplingStatisticSummaries",
        "xray:GetSamplingTargets",
      ] : [],
      ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    )
    Resource = ["*"] # X-Ray has no resource for segments, and these actions take none
  }] : []

  # The key by which sessions are encrypted: its ARN or id, or an alias, which permission is given for as such.
  exec_key       = try(coalesce(var.cluster.exec_kms_key), null)
  exec_key_alias = try(regex("alias/.+$", local.exec_key), null)
  exec_key_statements = [for key in [local.exec_key] : jsondecode(local.exec_key_alias == null ? jsonencode({
    Sid    = "DecryptSession"
    Effect = "Allow"
    Action = ["kms:Decrypt"]
    Resource = [
      startswith(key, "arn:") ? key : "arn:${local.partition}:kms:${local.region}:${local.account_id}:key/${key}",
    ]
    }) : jsonencode({
    Sid       = "DecryptSession"
    Effect    = "Allow"
    Action    = ["kms:Decrypt"]
    Resource  = ["arn:${local.partition}:kms:${local.region}:${local.account_id}:key/*"]
    Condition = { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = [local.exec_key_alias] } }
  })) if key != null && var.execute_command]

  exec_statements = var.execute_command ? [
    {
      Sid    = "ExecSession"
      Effect = "Allow"
      Action = [
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      Resource = ["*"] # the channel is made at the moment of the session: there is nothing to name before
    },
    {
      Sid      = "LogSession"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = [var.cluster.exec_log_group_arn, "${var.cluster.exec_log_group_arn}:log-stream:*"]
    },
    {
      Sid      = "FindSessionLog"
      Effect   = "Allow"
      Action   = ["logs:DescribeLogGroups"]
      Resource = ["*"] # a list action: AWS takes no narrower resource for it
    },
  ] : []

  # As JSON and back: one with conditions differs in type from one without.
  application_statements = [for statement in var.task_policy_statements : jsondecode(
    length(statement.conditions) == 0
    ? jsonencode({
      Sid      = statement.sid
      Effect   = "Allow"
      Action   = statement.actions
      Resource = statement.resources
    })
    : jsonencode({
      Sid      = statement.sid
      Effect   = "Allow"
      Action   = statement.actions
      Resource = statement.resources
      Condition = { for test in distinct([for one in statement.conditions : one.test]) : test => {
        for one in statement.conditions : one.variable => one.values if one.test == test
      } }
    })
  )]

  task_statements = concat(
    local.tracing_statements,
    local.exec_statements,
    local.exec_key_statements,
    local.volume_statements,
    local.router_statements,
    local.application_statements
  )
}

# A role that is taken over is another owner's, and may be shared: nothing of it is changed here.
resource "aws_iam_role" "execution" {
  count = local.own_execution_role ? 1 : 0

  name                 = "${local.full_name}-execution"
  description          = "ECS's own: pull the image, write logs and read secrets for ${var.name}"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  assume_role_policy   = local.assume_role_policy
  tags                 = local.tags
}

resource "aws_iam_role_policy" "execution" {
  count = local.own_execution_role ? 1 : 0

  name   = "execution"
  role   = aws_iam_role.execution[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements })
}

resource "aws_iam_role" "task" {
  count = local.own_task_role ? 1 : 0

  name                 = "${local.full_name}-task"
  description          = "The application's: what ${var.name} itself may do"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  assume_role_policy   = local.assume_role_policy
  tags                 = local.tags
}

resource "aws_iam_role_policy" "task" {
  for_each = toset(local.own_task_role && length(local.task_statements) > 0 ? ["this"] : [])

  name   = "task"
  role   = aws_iam_role.task[0].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.task_statements })
}
