module "minimal" {
  source = "../terraform/modules/service"

  name        = "minimal"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = local.task
  scaling     = { min = 2, max = 4 }
}

module "made-beside" {
  source = "../terraform/modules/service"

  name        = "made-beside"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { secrets = { KEY = aws_secretsmanager_secret.this.arn }, live_path = "/live" })
  scaling     = { min = 2, max = 4 }

  traffic = {
    listener_arn      = module.load_balancer.listener_arn
    security_group_id = module.load_balancer.security_group_id
    priority          = 100
    paths             = ["/*"]
  }

  roles = {
    own_execution_role = false
    own_task_role      = false
    execution_role_arn = aws_iam_role.own.arn
    task_role_arn      = aws_iam_role.own.arn
  }
  registry = { own = false, arn = aws_service_discovery_service.own.arn }
}

# Never two at once: the one is stopped before the next starts.
module "single" {
  source = "../terraform/modules/service"

  name        = "single"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  scaling     = { min = 1, max = 1 }

  task = merge(local.task, {
    port                     = null
    health_command           = ["CMD", "/app", "healthcheck"]
    readonly_root_filesystem = true
    writable                 = ["/tmp"]
  })

  deployment = { minimum_percent = 0, maximum_percent = 100 }
  tracing    = { enabled = false }
  roles      = { path = "/shop/" }

  task_policy_statements = [{
    sid        = "Read"
    actions    = ["s3:GetObject"]
    resources  = ["arn:aws:s3:::shop/*"]
    conditions = [{ test = "Bool", variable = "aws:SecureTransport", values = ["true"] }]
  }]
}

# Some of them on Spot: two stay on demand, and of the rest one in two.
module "mix" {
  source = "../terraform/modules/service"

  name        = "mix"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { spot = true, on_demand = { base = 2, percent = 50 } })
  scaling     = { min = 2, max = 8 }
}

locals {
  probe = ["CMD", "/bin/grpc_health_probe", "-addr=127.0.0.1:8080"]
}

module "grpc" {
  source = "../terraform/modules/service"

  name        = "grpc"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { health_command = local.probe })
  scaling     = { min = 2, max = 4 }

  traffic = {
    listener_arn      = module.load_balancer.listener_arn
    security_group_id = module.load_balancer.security_group_id
    priority          = 50
    paths             = ["/shop.Api/*"]
    protocol_version  = "GRPC"
    slow_start        = 60
  }
}

module "arm" {
  source = "../terraform/modules/service"

  name        = "arm"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { architecture = "ARM64" })
  scaling     = { min = 2, max = 4 }
}

# Behind a load balancer that is in another state.
module "behind" {
  source = "../terraform/modules/service"

  name        = "behind"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { live_path = "/live" })
  scaling     = { min = 2, max = 4 }

  traffic = {
    listener_arn      = var.listener_arn
    security_group_id = var.load_balancer_security_group_id
    priority          = 100
    hosts             = ["behind.shop.example"]
    health_path       = "/ready"
  }
}
