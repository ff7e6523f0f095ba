# Scaling by modules/scaling, whose own runs hold its refusals, or by somebody else.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
}

variables {
  name        = "worker"
  environment = "production"
  cost_center = "retail"
  cluster = {
    name               = "production"
    arn                = "arn:aws:ecs:us-east-1:111122223333:cluster/production"
    namespace_id       = "ns-0123456789abcdef"
    exec_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/production/exec"
    container_insights = true
  }
  network = { vpc_id = "vpc-0123456789abcdef0", subnet_ids = ["subnet-a", "subnet-b", "subnet-c"] }
  task    = { image = "registry.example/worker:1", cpu = 256, memory = 512, startup_seconds = 24, port = 8080 }
  scaling = { min = 2, max = 8 }
  alarms  = { topic = { arn = "arn:aws:sns:us-east-1:111122223333:alerts" } }
}

run "scaling_is_the_modules" {
  command = plan
  assert {
    condition = (
      module.scaling[0].target.resource_id == "service/production/worker" && aws_ecs_service.this.desired_count == 2
    )
    error_message = "the count begins at the least"
  }
  assert {
    condition = (
      module.scaling[0].alarm_names == tomap({
        cpu    = "production-worker-cpu-high"
        memory = "production-worker-memory-high"
        joint  = "production-worker-joint-low"
      })
    )
    error_message = "alarms begin with the platform's stem"
  }
}

run "further_metrics_pass_through" {
  command = plan
  variables {
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          per_task = "running"
          steps    = [{ above = 0, add = 1 }]
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              missing     = 0
            }
          }
        }
      }
    }
  }
  assert {
    condition     = module.scaling[0].alarm_names["queue"] == "production-worker-queue-high"
    error_message = "a ladder of its own"
  }
}

run "scaling_of_ones_own_makes_none_of_ours" {
  command = plan
  variables {
    scaling       = null
    desired_count = 3
  }
  assert {
    condition = (
      length(module.scaling) == 0 &&
      aws_ecs_service.this.desired_count == 3 &&
      length(aws_cloudwatch_metric_alarm.at_max) == 0
    )
    error_message = "no target, policy or alarm, and no maximum to be at"
  }
}

run "no_task_at_first_is_accepted" {
  command = plan
  variables {
    scaling       = null
    desired_count = 0
  }
}

run "a_spot_mix_of_ones_own_scaling_is_accepted" {
  command = plan
  variables {
    task = {
      image           = "registry.example/api:1"
      cpu             = 256
      memory          = 512
      startup_seconds = 24
      port            = 8080
      spot            = true
      on_demand       = { base = 2, percent = 25 }
    }
    scaling       = null
    desired_count = 3
  }
  assert {
    condition     = length(aws_ecs_service.this.capacity_provider_strategy) == 2
    error_message = "how far somebody else scales is not known here, and no reason to refuse"
  }
}

run "neither_scaling_nor_a_count_is_refused" {
  command = plan
  variables {
    scaling = null
  }
  expect_failures = [aws_ecs_service.this]
}

run "both_scaling_and_a_count_are_refused" {
  command = plan
  variables {
    desired_count = 2
  }
  expect_failures = [aws_ecs_service.this]
}

run "half_a_task_at_first_is_refused" {
  command = plan
  variables {
    scaling       = null
    desired_count = 2.5
  }
  expect_failures = [var.desired_count]
}
