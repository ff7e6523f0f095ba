# Taking over a fleet that runs already. `trimtab write` fills `adopt` (adopt.auto.tfvars) and the import blocks
# (imports.tf); docs/adopt.md says in which order its lines can go away again.

locals {
  services = { for name, service in var.services : name => service if !contains(var.adopt.leave, name) }
  adopted  = { for name in keys(local.services) : name => try(var.adopt.services[name], null) }

  # Which load balancer each service hangs on; null for none, or for one of another owner.
  hangs_on = { for name, service in local.services : name =>
    (
      service.traffic == null || try(local.adopted[name].foreign_load_balancer, null) != null
      ? null
      : coalesce(try(local.adopted[name].load_balancer, null), service.traffic.exposure)
    )
  }

  # What tasks need besides what their old roles allow: to log beside the application, to send traces, to be entered.
  adopted_role_statements = concat(
    [{
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${module.cluster.cluster.log_group_arn_prefix}/*:log-stream:*"] # streams are named after tasks
    }],
    !anytrue([for service in values(local.services) : coalesce(service.tracing, var.tracing.enabled, true)]) ? [] : [{
      Sid    = "SendTraces"
      Effect = "Allow"
      Action = concat(
        var.tracing.sampler == "xray" ? [
          "xray:GetSamplingRules",
          "xray:GetSamplingStatisticSummaries",
          "xray:GetSamplingTargets",
        ] : [],
        ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
      )
      Resource = ["*"] # X-Ray has no resource for segments, and these actions take none
    }],
    !anytrue([for service in values(local.services) : service.execute_command]) ? [] : [
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
        Sid    = "LogSession"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = [
          module.cluster.cluster.exec_log_group_arn,
          "${module.cluster.cluster.exec_log_group_arn}:log-stream:*",
        ]
      },
      {
        Sid      = "FindSessionLog"
        Effect   = "Allow"
        Action   = ["logs:DescribeLogGroups"]
        Resource = ["*"] # a list action: AWS takes no narrower resource for it
      },
    ],
  )
}

# The one thing that is added to a role of another owner, under a name of our own. Apart from the services' role lines:
# tasks with the old role still start after that line is gone, until the service has been rolled out.
resource "aws_iam_role_policy" "adopted" {
  for_each = var.adopt.roles

  name   = "${var.name}-platform"
  role   = each.value
  policy = jsonencode({ Version = "2012-10-17", Statement = local.adopted_role_statements })
}
