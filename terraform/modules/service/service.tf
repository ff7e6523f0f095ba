resource "aws_ecs_service" "this" {
  name            = local.service_name
  cluster         = var.cluster.arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = local.initial_count
  launch_type     = length(local.capacity_providers) > 0 ? null : "FARGATE"

  # Without it the provider replaces a service whose strategy changes at all; with it every change deploys.
  force_new_deployment = var.task.on_demand == null ? null : true

  deployment_minimum_healthy_percent = var.deployment.minimum_percent
  deployment_maximum_percent         = var.deployment.maximum_percent
  wait_for_steady_state              = var.deployment.wait_for_steady_state
  # The API's default; the provider's is the opposite. It starts a task before it stops one: 100 % has no room for that.
  availability_zone_rebalancing     = var.deployment.maximum_percent > 100 ? "ENABLED" : "DISABLED"
  health_check_grace_period_seconds = local.grace_period
  enable_execute_command            = var.execute_command

  # Fargate's bill belongs to tasks, and tasks inherit nothing unless told to.
  propagate_tags          = "SERVICE"
  enable_ecs_managed_tags = true
  tags                    = local.tags

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "alarms" {
    for_each = var.deployment.alarms == null ? [] : [var.deployment.alarms]
    content {
      alarm_names = alarms.value.names
      enable      = true
      rollback    = alarms.value.rollback
    }
  }

  deployment_controller {
    type = "ECS"
  }

  network_configuration {
    subnets          = local.subnet_ids
    security_groups  = local.security_group_ids
    assign_public_ip = var.network.assign_public_ip
  }

  dynamic "capacity_provider_strategy" {
    for_each = local.capacity_providers
    content {
      capacity_provider = capacity_provider_strategy.value.name
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "service_registries" {
    for_each = var.registry.register ? [local.registry_arn] : []
    content {
      registry_arn   = service_registries.value
      port           = var.registry.port
      container_name = var.registry.container_name
      container_port = var.registry.container_port
    }
  }

  dynamic "load_balancer" {
    for_each = aws_lb_target_group.this
    content {
      target_group_arn = load_balancer.value.arn
      container_name   = local.container_name
      container_port   = local.served_port
    }
  }

  dynamic "load_balancer" {
    for_each = var.adopt.other_target_groups
    content {
      target_group_arn = load_balancer.value.arn
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
    }
  }

  # ECS refuses a target group that no listener uses yet, and a task must find its permissions and its ways out and in
  # when it starts. On destroy the order turns round: what still drains keeps them.
  depends_on = [
    aws_lb_listener_rule.this,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_vpc_security_group_ingress_rule.load_balancer,
    aws_vpc_security_group_egress_rule.load_balancer,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.this,
  ]

  lifecycle {
    # Deployments own the revision (CI, or `trimtab rollout`), scaling owns the count. Terraform only sets the start.
    ignore_changes = [task_definition, desired_count]

    # With fewer tasks the rounding leaves less room: the least count decides.
    precondition {
      condition = (
        local.initial_count == 0 ||
        ceil(local.initial_count * var.deployment.minimum_percent / 100) < local.initial_count ||
        floor(local.initial_count * var.deployment.maximum_percent / 100) > local.initial_count
      )
      error_message = join(" ", [
        "Service ${var.name}: with ${local.initial_count} task(s), ${var.deployment.minimum_percent} to",
        "${var.deployment.maximum_percent} % leaves a deployment room neither to stop one first nor to start one",
        "more, and it would never end. Lower deployment.minimum_percent or raise maximum_percent.",
      ])
    }

    precondition {
      condition = (var.scaling == null) != (var.desired_count == null)
      error_message = join(" ", [
        "Service ${var.name}:",
        var.scaling == null
        ? "scaling is null and desired_count is not given. Say how many tasks there are at first: desired_count."
        : join(" ", [
          "both scaling and desired_count are given. With scaling the count begins at scaling.min:",
          "leave desired_count out.",
        ]),
      ])
    }

    precondition {
      condition = var.traffic == null || var.task.port != null
      error_message = join(" ", [
        "Service ${var.name}: traffic is set but task.port is not. The load balancer needs the port the container",
        "listens on.",
      ])
    }

    precondition {
      condition = var.traffic == null ? true : var.traffic.deregistration_delay >= var.task.longest_request
      error_message = join(" ", [
        "Service ${var.name}: deregistration delay ${try(var.traffic.deregistration_delay, 0)} s is shorter than",
        "the longest request, ${var.task.longest_request} s. The load balancer would cut it with a 5xx on every",
        "scale-in. Raise traffic.deregistration_delay or correct task.longest_request.",
      ])
    }

    precondition {
      condition = var.task.stop_timeout >= var.task.longest_request
      error_message = join(" ", [
        "Service ${var.name}: stop timeout ${var.task.stop_timeout} s is shorter than the longest request,",
        "${var.task.longest_request} s. Callers over Cloud Map are not drained by the load balancer:",
        "their requests have only the stop timeout to finish. Raise task.stop_timeout (at most 120) or correct",
        "task.longest_request.",
      ])
    }

    precondition {
      condition = !var.task.spot || length(var.adopt.capacity_providers) == 0
      error_message = join(" ", [
        "Service ${var.name}: task.spot is set for a service that is taken over with capacity providers of its own.",
        "Leave spot out: it runs on what adopt.capacity_providers says.",
      ])
    }

    precondition {
      condition = (
        var.task.on_demand == null || var.scaling == null
        ? true
        : var.task.on_demand.base < var.scaling.max
      )
      error_message = join(" ", [
        "Service ${var.name}: task.on_demand.base is ${try(var.task.on_demand.base, 0)}, and scaling.max",
        "${try(var.scaling.max, 0)}: no task would ever run on Spot. Lower the base, or leave spot and on_demand",
        "out; a change between the two replaces the service.",
      ])
    }

    precondition {
      condition = (
        length(local.efs) == 0 ||
        !var.network.own_security_group ||
        anytrue([for rule in values(var.egress) : rule.port == 2049])
      )
      error_message = join(" ", [
        "Service ${var.name}: the volumes ${join(", ", keys(local.efs))} are on EFS, and no rule of egress lets",
        "tasks out on port 2049: they would not start. Add one to the security group of the file system's mount",
        "targets: egress = { efs = { port = 2049, security_group_id = \"sg-…\" } }.",
      ])
    }

    # The notice is two minutes, and ECS deregisters the target first: what drains longer is cut off.
    precondition {
      condition = !var.task.spot || var.traffic == null ? true : var.traffic.deregistration_delay < 120
      error_message = join(" ", [
        "Service ${var.name}: on Spot a deregistration delay of ${try(var.traffic.deregistration_delay, 0)} s does",
        "not end within the two minutes' notice. Set traffic.deregistration_delay below 120, or leave spot out.",
      ])
    }

    precondition {
      condition = var.traffic == null ? true : local.grace_period >= local.least_grace_period
      error_message = join(" ", [
        "Service ${var.name}: grace period ${coalesce(local.grace_period, 0)} s is shorter than start period",
        "${local.start_period} s and one check interval together (${local.least_grace_period} s).",
        "A deployment would kill tasks that are still starting, and roll back.",
        "Leave traffic.grace_period out or raise it.",
      ])
    }
  }
}
