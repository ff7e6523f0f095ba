module "cluster" {
  source = "../../terraform/modules/cluster"

  name        = "shop"
  environment = "staging"
  cost_center = "shop"
  vpc_id      = var.vpc_id
  namespace   = "shop.internal"
}

module "worker" {
  source = "../../terraform/modules/service"

  name        = "worker"
  environment = "staging"
  cost_center = "shop"
  cluster     = module.cluster.cluster
  network     = { vpc_id = var.vpc_id, subnet_ids = var.private_subnet_ids }

  task = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/worker:1"
    cpu             = 512
    memory          = 1024
    startup_seconds = 20
    health_command  = ["CMD", "/app", "healthcheck"]
    depends_on      = { migrate = "SUCCESS" }
    mounts          = [{ volume = "data", path = "/data" }, { volume = "sockets", path = "/run/shared" }]

    volumes = {
      data    = { efs = { file_system_id = var.file_system_id, access_point_id = var.access_point_id } }
      sockets = {} # the task's own storage: it goes with the task
    }

    containers = {
      # Ends before the application starts.
      migrate = { image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/migrate:1", memory = 128 }

      # Takes the application's lines and writes them to its log group.
      router = {
        image     = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.0"
        cpu       = 32
        memory    = 64
        essential = true
        firelens  = {}
      }

      cache = {
        image   = "111122223333.dkr.ecr.us-east-1.amazonaws.com/cache:1"
        cpu     = 32
        memory  = 128
        restart = true
        mounts  = [{ volume = "sockets", path = "/run/shared" }]
      }
    }
  }

  egress = { efs = { port = 2049, security_group_id = var.file_system_security_group_id } }

  scaling = { min = 2, max = 6 }
}
