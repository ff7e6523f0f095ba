# What is deployed, read from the resources where they decide it, so that it can be compared with a snapshot.
output "services" {
  description = <<-EOT
    By service: size (CPU units, MiB), task counts, image, port, and how the load balancer reaches it (null where none
    does).
  EOT
  value = { for name, service in local.services : name => {
    cpu             = service.cpu
    memory          = service.memory
    min             = service.min
    max             = service.max
    image           = "${local.registry}/${name}:${service.tag}"
    port            = 8080
    priority        = service.priority
    path            = service.path
    memory_scale_in = contains(local.memory_scale_in, name)

    deregistration_delay = try(tonumber(aws_lb_target_group.service[name].deregistration_delay), null)
    grace                = service.path == null ? null : aws_ecs_service.service[name].health_check_grace_period_seconds
    health_check = one([for group in aws_lb_target_group.service : {
      path                = group.health_check[0].path
      matcher             = group.health_check[0].matcher
      interval            = group.health_check[0].interval
      timeout             = group.health_check[0].timeout
      healthy_threshold   = group.health_check[0].healthy_threshold
      unhealthy_threshold = group.health_check[0].unhealthy_threshold
    } if group.name == "fin-${name}"])
  } }
}

output "cluster_name" {
  value = aws_ecs_cluster.main.name
}

output "alb_arn" {
  value = aws_lb.main.arn
}
