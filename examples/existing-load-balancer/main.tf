module "cluster" {
  source = "../../terraform/modules/cluster"

  name        = "shop"
  environment = "staging"
  cost_center = "shop"
  vpc_id      = var.vpc_id
  namespace   = "shop.internal"
}

module "api" {
  source = "../../terraform/modules/service"

  name        = "api"
  environment = "staging"
  cost_center = "shop"
  cluster     = module.cluster.cluster
  network     = { vpc_id = var.vpc_id, subnet_ids = var.private_subnet_ids }

  task = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/api:1"
    cpu             = 256
    memory          = 512
    port            = var.port
    former_port     = var.former_port
    startup_seconds = 20
    live_path       = "/live"
  }

  traffic = {
    listener_arn      = var.listener_arn
    security_group_id = var.load_balancer_security_group_id
    priority          = 100
    paths             = ["/api/*"]
    health_path       = "/ready"
  }

  scaling = { min = 2, max = 8 }
}

output "revision" {
  description = "Newest revision of the task definition."
  value       = module.api.task_definition_arn
}
