# A worker that takes orders from a queue, with as many tasks as the backlog asks for.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region
}

module "cluster" {
  source = "../../terraform/modules/cluster"

  name               = "shop"
  environment        = var.environment
  cost_center        = var.cost_center
  vpc_id             = var.vpc_id
  namespace          = "shop.internal"
  container_insights = "enabled" # counts the tasks that the backlog is divided by
}

resource "aws_sqs_queue" "orders" {
  name                       = "shop-orders"
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = 300 # six times the longest message

  tags = { Environment = var.environment, Service = "worker", CostCenter = var.cost_center }
}

module "worker" {
  source = "../../terraform/modules/service"

  name        = "worker"
  environment = var.environment
  cost_center = var.cost_center
  cluster     = module.cluster.cluster
  network     = { vpc_id = var.vpc_id, subnet_ids = var.private_subnet_ids }

  task = {
    image           = var.image
    cpu             = 512
    memory          = 1024
    startup_seconds = 20
    health_command  = ["CMD", "/app", "healthcheck"]
    stop_timeout    = 60 # a message under way is finished
    longest_request = 50
    environment     = { QUEUE_URL = aws_sqs_queue.orders.url }
  }

  scaling = {
    min    = 2
    max    = 20
    memory = { enabled = false } # the same with one message as with a thousand

    metrics = {
      backlog = {
        # A task does 100 messages a minute here: above 200 waiting for each, they wait longer than two minutes.
        high     = 200
        low      = 50
        steps    = [{ above = 0, add = 1 }, { above = 300, add = 4 }]
        per_task = "running"

        sources = {
          visible = {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"
            dimensions  = { QueueName = aws_sqs_queue.orders.name }
            stat        = "Maximum"
            missing     = 0 # a queue that nobody used for six hours publishes nothing
          }
        }
      }
    }
  }

  task_policy_statements = [{
    sid       = "TakeOrders"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.orders.arn]
  }]
}

output "queue_url" {
  description = "Where orders are sent."
  value       = aws_sqs_queue.orders.url
}
