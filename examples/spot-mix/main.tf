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
    port            = 8080
    startup_seconds = 20

    # The first two tasks are on demand, and of those beyond one in four.
    spot      = true
    on_demand = { base = 2, percent = 25 }
  }

  scaling = { min = 2, max = 12 }
}
