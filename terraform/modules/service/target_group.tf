locals {
  # No target is ever reached by it, each task registers its own; but a group cannot change it, so it follows nothing.
  target_port = 80

  protocol_version = try(var.traffic.protocol_version, null)
  is_grpc          = local.protocol_version == "GRPC"
}

# Only where the listener must be of one kind; its ARN does not tell.
data "aws_lb_listener" "grpc" {
  for_each = toset(local.is_grpc ? ["this"] : [])

  arn = var.traffic.listener_arn

  lifecycle {
    postcondition {
      condition = self.protocol == "HTTPS"
      error_message = join(" ", [
        "Service ${var.name}: traffic.protocol_version is GRPC, and its listener speaks ${self.protocol}. The load",
        "balancer takes gRPC on HTTPS listeners alone: give the ARN of one.",
      ])
    }
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there only its security group reaches a task
  for_each = toset(var.traffic == null ? [] : ["this"])

  # The name changes with whatever forces a replacement, so that the new group can exist beside the old one.
  # 32 characters at most. A group that is taken over keeps its name, and what would replace it.
  name = try(
    var.adopt.target_group.name,
    join("-", [
      substr(local.full_name, 0, 23),
      substr(sha1(join("/", concat(
        [local.full_name, "HTTP", "ip", local.target_port, var.network.vpc_id],
        contains(["HTTP2", "GRPC"], coalesce(local.protocol_version, "HTTP1")) ? [local.protocol_version] : [],
      ))), 0, 8),
    ])
  )

  port     = try(var.adopt.target_group.port, local.target_port)
  protocol = try(var.adopt.target_group.protocol, "HTTP")
  protocol_version = (
    local.protocol_version == null ? try(var.adopt.target_group.protocol_version, null) : local.protocol_version
  )
  target_type          = "ip" # awsvpc tasks have addresses, not instances
  vpc_id               = var.network.vpc_id
  deregistration_delay = var.traffic.deregistration_delay
  slow_start = (
    var.traffic.slow_start != null
    ? var.traffic.slow_start
    : try(var.adopt.target_group.slow_start, 0)
  )
  tags = local.tags

  health_check {
    protocol            = try(var.adopt.target_group.health_protocol, "HTTP")
    path                = local.health_path
    port                = try(var.adopt.target_group.health_port, "traffic-port")
    matcher             = var.traffic.health_matcher != null ? var.traffic.health_matcher : local.is_grpc ? "0" : "200"
    interval            = var.traffic.health_interval
    timeout             = var.traffic.health_timeout
    healthy_threshold   = var.traffic.healthy_threshold
    unhealthy_threshold = var.traffic.unhealthy_threshold
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "this" {
  for_each = var.adopt.listener_rule ? aws_lb_target_group.this : {}

  listener_arn = var.traffic.listener_arn
  priority     = var.traffic.priority
  tags         = local.tags

  action {
    type             = "forward"
    target_group_arn = each.value.arn
  }

  dynamic "condition" {
    for_each = length(var.traffic.paths) > 0 ? [var.traffic.paths] : []
    content {
      path_pattern {
        values = condition.value
      }
    }
  }

  dynamic "condition" {
    for_each = length(var.traffic.hosts) > 0 ? [var.traffic.hosts] : []
    content {
      host_header {
        values = condition.value
      }
    }
  }
}
