# Every timing follows from the stated start-up time, so that one measured number is all there is to keep right.
locals {
  # Half as much again as the start-up stated: the slowest start seen is not the slowest there will be.
  start_period = max(10, ceil(1.5 * var.task.startup_seconds / 5) * 5)

  # About a third of a start: often enough to notice, seldom enough not to be the load.
  check_interval = min(30, max(10, ceil(var.task.startup_seconds / 3 / 5) * 5))
  check_timeout  = floor(local.check_interval / 2)

  # A container is not given up faster than a new one could start, within 3 to 5 tries.
  check_retries = min(5, max(3, ceil(var.task.startup_seconds / local.check_interval)))

  # Every image that speaks HTTP has one of the two; both are asked, so that none has to be named.
  default_health_command = var.task.port == null || (local.is_grpc && var.task.live_path == null) ? null : [
    "CMD-SHELL",
    join(" || ", [
      "curl -fsS -o /dev/null http://127.0.0.1:${var.task.port}${local.live_path}",
      "wget -q -O /dev/null http://127.0.0.1:${var.task.port}${local.live_path}",
      "exit 1",
    ]),
  ]

  # ECS replaces a task that fails either check. What asks a database there has the fleet replaced while that is down.
  live_path = var.task.live_path != null ? var.task.live_path : coalesce(local.health_path, "/health")

  health_path = (
    var.traffic == null
    ? null
    : var.traffic.health_path != null
    ? var.traffic.health_path
    : local.is_grpc
    ? "/grpc.health.v1.Health/Check"
    : "/health"
  )

  # A check that holds a credential is in no snapshot: it is read where it runs.
  health_command = (
    var.task.health_command != null
    ? var.task.health_command
    : try(coalescelist(local.running.healthCheck.command), local.default_health_command)
  )

  # A new target is healthy after one passing check, which comes within one interval of being ready;
  # the second interval is for the registration's lag.
  least_grace_period = var.traffic == null ? 0 : local.start_period + var.traffic.health_interval
  grace_period = var.traffic == null ? var.adopt.grace_period : (
    var.traffic.grace_period != null ? var.traffic.grace_period : local.start_period + 2 * var.traffic.health_interval
  )
}

# A check of the task's own process says whether a new one would be better; one of anything else never does.
check "health" {
  assert {
    condition = (
      length([
        for host in flatten(regexall("://([^/:\\s\"']+)", try(join(" ", local.health_command), ""))) :
        host
        if !contains(["127.0.0.1", "localhost", "["], host) && !startswith(host, "$")
      ]) == 0
    )
    error_message = join(" ", [
      "Service ${var.name}: the container's health check asks another host than the task itself.",
      "While that one is down, every task is replaced, and none is better.",
      "Let it ask the task's own process alone.",
    ])
  }
}
