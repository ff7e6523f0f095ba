# Workers: one by a queue's backlog, one with a file system and containers beside it.

resource "aws_sqs_queue" "jobs" {
  name                    = "shop-jobs"
  sqs_managed_sse_enabled = true
}

module "queue" {
  source = "../terraform/modules/service"

  name        = "queue"
  environment = local.shared.environment
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  task        = merge(local.task, { port = null, health_command = ["CMD", "/app", "healthcheck"] })

  scaling = {
    min    = 2
    max    = 20
    memory = { enabled = false }
    metrics = {
      backlog = {
        high     = 200
        low      = 50
        steps    = [{ above = 0, add = 1 }, { above = 300, add = 4 }]
        per_task = "running"
        sources = {
          visible = {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"
            dimensions  = { QueueName = aws_sqs_queue.jobs.name }
            stat        = "Maximum"
            missing     = 0
          }
        }
      }
    }
  }

  task_policy_statements = [{
    sid       = "TakeJobs"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
    resources = [aws_sqs_queue.jobs.arn]
  }]
}

module "worker" {
  source = "../terraform/modules/service"

  name        = "worker"
  environment = "production"
  cost_center = local.shared.cost_center
  cluster     = local.cluster
  network     = local.network
  scaling     = { min = 2, max = 6 }
  egress      = { efs = { port = 2049, cidr = "10.20.0.0/16" } }

  task = merge(local.task, {
    port                   = null
    cpu                    = 512
    memory                 = 1024
    health_command         = ["CMD", "/app", "healthcheck"]
    user                   = "1000"
    capabilities           = { drop = ["NET_RAW"] }
    ulimits                = { nofile = { soft = 1024, hard = 4096 } }
    repository_credentials = aws_secretsmanager_secret.this.arn
    depends_on             = { migrate = "SUCCESS" }
    mounts                 = [{ volume = "data", path = "/data" }, { volume = "run", path = "/run/shared" }]
    volumes = {
      data = { efs = { file_system_id = "fs-0123456789abcdef0", access_point_id = "fsap-0123456789abcdef0" } }
      run  = {}
    }
    containers = {
      migrate = { image = "registry.example/migrate:1", memory = 128 }

      router = {
        image     = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.0"
        memory    = 64
        cpu       = 32
        essential = true
        firelens  = {}
      }

      cache = {
        image          = "registry.example/cache:1"
        memory         = 64
        mounts         = [{ volume = "run", path = "/run/shared", read_only = true }]
        ports          = [6379]
        health_command = ["CMD", "/ping"]
      }
    }
  })
}
