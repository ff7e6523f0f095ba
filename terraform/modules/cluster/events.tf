# What goes wrong on the cluster, told from what merely happens.
#
# A task that stops has a stopCode. ServiceSchedulerInitiated covers both a scale-in ("Scaling activity initiated
# by …"), which is fine, and a task killed by its health check ("Task failed ELB health checks in …"), which is not:
# only the reason's first words tell them apart.

locals {
  service_scope = "${local.arn_prefix.ecs}:service/${local.cluster_name}/"

  events = {
    failed-tasks = {
      description = "Tasks that failed to start, exited, were interrupted or failed a health check"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Task State Change"]
        detail = {
          clusterArn = ["${local.arn_prefix.ecs}:cluster/${local.cluster_name}"]
          lastStatus = ["STOPPED"]
          "$or" = [
            { stopCode = ["TaskFailedToStart", "EssentialContainerExited", "SpotInterruption", "TerminationNotice"] },
            { stoppedReason = [{ prefix = "Task failed " }] },
          ]
        }
      }
      paths = {
        what   = "$.detail.group"
        code   = "$.detail.stopCode"
        reason = "$.detail.stoppedReason"
        which  = "$.detail.taskArn"
        time   = "$.time"
      }
    }

    failed-deployments = {
      description = "Deployments that the circuit breaker failed (and rolls back)"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Deployment State Change"]
        resources     = [{ prefix = local.service_scope }]
        detail        = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
      }
      paths = {
        what   = "$.resources[0]"
        code   = "$.detail.eventName"
        reason = "$.detail.reason"
        which  = "$.detail.deploymentId"
        time   = "$.time"
      }
    }

    impaired-services = {
      description = "Services that cannot start or place tasks"
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Service Action"]
        resources     = [{ prefix = local.service_scope }]
        detail        = { eventType = ["WARN", "ERROR"] }
      }
      paths = {
        what   = "$.resources[0]"
        code   = "$.detail.eventName"
        reason = "$.detail.eventType" # most of these events state no reason
        which  = "$.detail.clusterArn"
        time   = "$.time"
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.events

  name          = "${var.name}-${each.key}"
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
  tags          = local.tags
}

# The log keeps the whole event: deduplicate on taskArn and version, ECS repeats itself.
resource "aws_cloudwatch_event_target" "log" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = "log"
  arn       = aws_cloudwatch_log_group.events.arn

  depends_on = [aws_cloudwatch_log_resource_policy.events]
}

resource "aws_cloudwatch_event_target" "topic" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = "topic"
  arn       = aws_sns_topic.alerts.arn

  input_transformer {
    input_paths = local.events[each.key].paths
    # An object, not a sentence: EventBridge quotes what it puts into an object, and a stopped reason with a quotation
    # mark in it would make a sentence undeliverable.
    input_template = format("{\"alert\": \"%s\", \"cluster\": \"%s\", %s}", each.key, local.cluster_name,
      join(", ", [for name in keys(local.events[each.key].paths) : "\"${name}\": <${name}>"])
    )
  }

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  depends_on = [aws_sns_topic_policy.alerts, aws_sqs_queue_policy.undelivered]
}

resource "aws_sns_topic" "alerts" {
  # The messages hold no customer data.
  #checkov:skip=CKV_AWS_26:EventBridge cannot publish to a topic under the AWS-managed key
  name = "${var.name}-alerts"
  tags = local.tags
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alert_emails

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.value
}

# Alerts that could not be delivered are not lost without a trace.
resource "aws_sqs_queue" "undelivered" {
  name                      = "${var.name}-alerts-undelivered"
  message_retention_seconds = 1209600 # 14 days, the most there is
  sqs_managed_sse_enabled   = true
  tags                      = local.tags
}

# Lost alerts lie in a queue that nobody looks into: the alarm tells by the topic itself, past EventBridge.
resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "${var.name}-alerts-undelivered"
  alarm_description   = "Alerts that EventBridge could not deliver lie in the queue ${aws_sqs_queue.undelivered.name}."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.undelivered.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # a queue that is not used reports nothing
  alarm_actions       = [aws_sns_topic.alerts.arn]
  tags                = local.tags

  depends_on = [aws_sns_topic_policy.alerts]
}

locals {
  from_our_rules = {
    ArnLike = {
      "aws:SourceArn" = [for key in keys(local.events) : "${local.arn_prefix.events}:rule/${var.name}-${key}"]
    }
  }
}

# Without a Condition for EventBridge: its guide long said that it takes none in a topic's policy, and an alert that is
# refused is not seen to be missing. Only AWS's own services may publish, and only to this topic.
resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FromEventBridge"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["sns:Publish"]
      Resource  = ["${local.arn_prefix.sns}:${aws_sns_topic.alerts.name}"]
      }, {
      Sid       = "FromOurAlarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = ["sns:Publish"]
      Resource  = ["${local.arn_prefix.sns}:${aws_sns_topic.alerts.name}"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FromOurRules"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["sqs:SendMessage"]
      Resource  = ["${local.arn_prefix.sqs}:${aws_sqs_queue.undelivered.name}"]
      Condition = local.from_our_rules
    }]
  })
}

locals {
  event_log_groups = var.event_log_policy == "shared" ? "/aws/events/ecs/*" : aws_cloudwatch_log_group.events.name
}

# EventBridge writes to log groups by a resource policy, for both of its principals, and never by a role.
resource "aws_cloudwatch_log_resource_policy" "events" {
  count = var.event_log_policy == "none" ? 0 : 1

  policy_name = var.event_log_policy == "shared" ? "ecs-events" : "${var.name}-ecs-events"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EventBridgeToLogs"
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = ["${local.arn_prefix.logs}:log-group:${local.event_log_groups}:*"] # streams, which EventBridge names
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}
