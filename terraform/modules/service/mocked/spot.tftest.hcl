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
  name        = "api"
  environment = "production"
  cost_center = "retail"
  cluster = {
    name               = "production"
    arn                = "arn:aws:ecs:us-east-1:111122223333:cluster/production"
    namespace_id       = "ns-0123456789abcdef"
    exec_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/production/exec"
  }
  network = { vpc_id = "vpc-0123456789abcdef0", subnet_ids = ["subnet-a", "subnet-b", "subnet-c"] }
  task    = { image = "registry.example/api:1", cpu = 256, memory = 512, startup_seconds = 24, port = 8080 }
  scaling = { min = 2, max = 8 }
}

run "on_demand_is_a_launch_type" {
  command = plan
  assert {
    condition = (
      aws_ecs_service.this.launch_type == "FARGATE" && length(aws_ecs_service.this.capacity_provider_strategy) == 0
    )
    error_message = "without spot a service has a launch type and no strategy"
  }
}

run "spot_is_a_strategy_and_no_launch_type" {
  command = plan
  variables {
    task = merge(var.task, { spot = true })
  }
  assert {
    condition = (
      one([for one in aws_ecs_service.this.capacity_provider_strategy : "${one.capacity_provider} ${one.weight}"]) ==
      "FARGATE_SPOT 1"
    )
    error_message = "all tasks on Spot, and none on demand"
  }
}

run "spot_without_a_load_balancer_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { spot = true })
  }
}

run "a_drain_within_the_notice_is_accepted_on_spot" {
  command = plan
  variables {
    task = merge(var.task, { spot = true })
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 119
    }
  }
}

run "a_drain_beyond_the_notice_is_refused_on_spot" {
  command = plan
  variables {
    task = merge(var.task, { spot = true })
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 120
    }
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_drain_of_two_minutes_is_accepted_on_demand" {
  command = plan
  variables {
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 120
    }
  }
}

run "capacity_providers_that_are_taken_over_are_accepted_without_spot" {
  command = plan
  variables {
    adopt = { capacity_providers = [{ name = "FARGATE_SPOT", weight = 1 }] }
  }
}

run "spot_beside_capacity_providers_that_are_taken_over_is_refused" {
  command = plan
  variables {
    task  = merge(var.task, { spot = true })
    adopt = { capacity_providers = [{ name = "FARGATE_SPOT", weight = 1 }] }
  }
  expect_failures = [aws_ecs_service.this]
}

run "an_on_demand_base_and_a_share_beyond_it" {
  command = plan
  variables {
    task = merge(var.task, { spot = true, on_demand = { base = 2, percent = 30 } })
  }
  assert {
    condition = (
      sort([
        for one in aws_ecs_service.this.capacity_provider_strategy :
        "${one.capacity_provider} ${one.base} ${one.weight}"
      ]) == tolist(["FARGATE 2 30", "FARGATE_SPOT 0 70"]) &&
      aws_ecs_service.this.force_new_deployment
    )
    error_message = "two tasks stay, and of the rest three in ten"
  }
}

run "a_base_that_leaves_nothing_to_spot_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { spot = true, on_demand = { base = 8 } })
  }
  expect_failures = [aws_ecs_service.this]
}
