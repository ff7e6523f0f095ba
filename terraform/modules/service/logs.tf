# Two groups with two retentions, not one with the longer: sidecars talk more than applications.
# Neither is encrypted with a key of ours: CloudWatch encrypts at rest anyway, and a customer key costs and can lock
# the logs away. Retention of 30 and 7 days is the company's policy.

resource "aws_cloudwatch_log_group" "application" {
  #checkov:skip=CKV_AWS_338:30 days is the company's retention for production logs
  #checkov:skip=CKV_AWS_158:encrypted at rest by CloudWatch; no customer key is called for
  count = var.environment == "production" ? 1 : 0

  name              = coalesce(local.adopted_log_group, "/ecs/${local.stem}/${var.name}/application")
  retention_in_days = var.logs.production_days
  kms_key_id        = try(var.adopt.log_group.kms_key_id, null)
  tags              = local.tags
}

resource "aws_cloudwatch_log_group" "debug" {
  #checkov:skip=CKV_AWS_338:7 days is the company's retention for debug logs
  #checkov:skip=CKV_AWS_158:encrypted at rest by CloudWatch; no customer key is called for
  name = coalesce(
    var.environment == "production" ? null : local.adopted_log_group,
    "/ecs/${local.stem}/${var.name}/debug"
  )
  retention_in_days = var.logs.debug_days
  kms_key_id        = var.environment == "production" ? null : try(var.adopt.log_group.kms_key_id, null)
  tags              = local.tags
}

locals {
  # The application's group is taken over: in production the application's own, elsewhere the one there is.
  adopted_log_group = try(var.adopt.log_group.name, null)

  application_log_group = (
    var.environment == "production" ? aws_cloudwatch_log_group.application[0].name : aws_cloudwatch_log_group.debug.name
  )

  # Made from names, not read from the groups: so a plan shows a policy whole, before anything exists.
  log_group_arns = [for name in distinct([local.application_log_group, aws_cloudwatch_log_group.debug.name]) :
    "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${name}"
  ]

  cloudwatch_log = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = local.application_log_group
      awslogs-region        = local.region
      awslogs-stream-prefix = "application"
      # A log outage must not stop the application. Lines beyond the buffer are dropped.
      mode            = "non-blocking"
      max-buffer-size = "10m"
    }
  }
}
