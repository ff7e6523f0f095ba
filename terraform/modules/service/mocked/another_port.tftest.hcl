# A service that runs, on port 8080, and what its values say next. What is deployed is read from the revision that runs.

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
  mock_data "aws_ecs_task_definition" {
    defaults = {
      family                = "production-api"
      revision              = 7
      container_definitions = <<-EOT
        [
          {"name": "api", "portMappings": [{"containerPort": 8080}]},
          {"name": "beside", "portMappings": [{"containerPort": 9000}]}
        ]
      EOT
    }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-0123456789abcdef1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/api" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/production/api" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:us-east-1:111122223333:task-definition/production-api:7" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = {
      arn        = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/0123456789abcdef"
      arn_suffix = "targetgroup/api/0123456789abcdef"
    }
  }
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:us-east-1:111122223333:service/srv-0123456789abcdef" }
  }
  mock_resource "aws_appautoscaling_policy" {
    defaults = {
      arn = "arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:0123:resource/ecs/service/shop/api:policyName/one"
    }
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
  traffic = {
    listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
    security_group_id = "sg-0123456789abcdef0"
    priority          = 100
    paths             = ["/api/*"]
  }
}

run "it_runs_on_its_first_port" {
  command = apply
  assert {
    condition     = one(aws_ecs_service.this.load_balancer).container_port == 8080
    error_message = "a service that is made is not refused"
  }
}

run "another_port_alone_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { port = 9090 })
  }
  expect_failures = [output.port]
}

run "a_port_of_another_container_is_not_the_applications" {
  command = plan
  variables {
    task = merge(var.task, { port = 9000 })
  }
  expect_failures = [output.port]
}

run "another_port_that_nobody_balances_is_refused_for_its_callers" {
  command = plan
  variables {
    task    = merge(var.task, { port = 9090 })
    traffic = null
  }
  expect_failures = [output.port]
}

run "a_former_port_that_does_not_run_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { port = 9090, former_port = 8081 })
  }
  expect_failures = [output.port]
}

run "the_first_step_is_taken" {
  command = plan
  variables {
    task = merge(var.task, { port = 9090, former_port = 8080 })
  }
  assert {
    condition     = one(aws_ecs_service.this.load_balancer).container_port == 8080
    error_message = "the load balancer stays"
  }
}

run "the_first_step_is_taken_where_nobody_balances" {
  command = plan
  variables {
    task    = merge(var.task, { port = 9090, former_port = 8080 })
    traffic = null
  }
  assert {
    condition = (
      [
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ][0].portMappings[*].containerPort == [9090, 8080]
    )
    error_message = "the new revision has both"
  }
}

run "the_last_step_is_taken_once_the_new_port_runs" {
  command = plan
  override_data {
    target = data.aws_ecs_task_definition.deployed
    values = {
      container_definitions = <<-EOT
        [{"name": "api", "portMappings": [{"containerPort": 9090}, {"containerPort": 8080}]}]
      EOT
    }
  }
  variables {
    task = merge(var.task, { port = 9090 })
  }
  assert {
    condition = (
      one(aws_ecs_service.this.load_balancer).container_port == 9090 &&
      keys(aws_vpc_security_group_ingress_rule.load_balancer) == ["9090"]
    )
    error_message = "the old port is closed"
  }
}

run "a_first_port_where_nobody_balances_is_taken" {
  command = plan
  override_data {
    target = data.aws_ecs_task_definition.deployed
    values = { container_definitions = "[{\"name\":\"api\"}]" }
  }
  variables {
    traffic = null
  }
  assert {
    condition     = var.task.port == 8080
    error_message = "any deployment brings it"
  }
}

run "traffic_to_a_revision_without_a_port_is_refused" {
  command = plan
  override_data {
    target = data.aws_ecs_task_definition.deployed
    values = { container_definitions = "[{\"name\":\"api\"}]" }
  }
  expect_failures = [output.port]
}

run "a_provider_that_shows_no_containers_refuses_nothing" {
  command = plan
  override_data {
    target = data.aws_ecs_task_definition.deployed
    values = { container_definitions = "" }
  }
  variables {
    task = merge(var.task, { port = 9090 })
  }
  assert {
    condition     = one(aws_ecs_service.this.load_balancer).container_port == 9090
    error_message = "nobody can tell"
  }
}
