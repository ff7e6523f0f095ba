mock_provider "aws" {
  mock_data "aws_ecs_task_definition" {
    defaults = {
      container_definitions = <<-EOT
        [
          {
            "name": "app",
            "image": "registry.example/api:0",
            "user": "1000",
            "portMappings": [{"containerPort": 8080}, {"containerPort": 9090, "hostPort": 9090, "protocol": "tcp"}],
            "command": ["serve"],
            "healthCheck": {"command": ["CMD", "check", "--key=k"], "interval": 30},
            "environment": [{"name": "LEVEL", "value": "info"}, {"name": "HOST", "value": "db"}],
            "secrets": [{"name": "KEY", "valueFrom": "/shop/key"}]
          },
          {"name": "agent", "image": "registry.example/agent:1", "essential": false, "cpu": 64}
        ]
      EOT
    }
  }
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

run "without_adoption_everything_is_the_modules_own" {
  command = plan
  assert {
    condition = (
      aws_ecs_service.this.name == "api" &&
      aws_ecs_service.this.launch_type == "FARGATE" &&
      length(aws_iam_role.task) == 1 &&
      length(aws_iam_role.execution) == 1 &&
      length(aws_ecs_service.this.service_registries) == 1
    )
    error_message = "the defaults of adopt change nothing"
  }
}

run "names_and_network_are_kept" {
  command = plan
  variables {
    adopt = {
      service_name   = "Api_V1"
      family         = "old-family"
      container_name = "app"
      subnet_ids     = ["subnet-1", "subnet-2"]
      log_group      = { name = "/old/api", kms_key_id = "arn:aws:kms:us-east-1:111122223333:key/0123" }
    }
    network = {
      vpc_id             = "vpc-0"
      subnet_ids         = ["subnet-a", "subnet-b"]
      assign_public_ip   = true
      security_group_ids = ["sg-1", "sg-2"]
      own_security_group = false
    }
    registry = { register = false }
  }
  assert {
    condition = (
      aws_ecs_service.this.name == "Api_V1" &&
      aws_ecs_task_definition.this.family == "old-family" &&
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].name == "app"
    )
    error_message = "service, family and container keep their names"
  }
  assert {
    condition = (
      aws_ecs_service.this.network_configuration[0].security_groups == toset(["sg-1", "sg-2"]) &&
      aws_ecs_service.this.network_configuration[0].subnets == toset(["subnet-1", "subnet-2"]) &&
      aws_ecs_service.this.network_configuration[0].assign_public_ip
    )
    error_message = "tasks stay in their network"
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.application[0].name == "/old/api" &&
      aws_cloudwatch_log_group.application[0].kms_key_id != null &&
      aws_cloudwatch_log_group.debug.kms_key_id == null &&
      aws_cloudwatch_log_group.debug.name == "/ecs/production/api/debug"
    )
    error_message = "the application's group keeps its name and key; the debug group is new"
  }
  assert {
    condition     = length(aws_ecs_service.this.service_registries) == 0
    error_message = "a service that was in no registry is not put into one"
  }
}

run "outside_production_the_one_group_is_taken_over" {
  command = plan
  variables {
    environment = "staging"
    adopt       = { log_group = { name = "/old/api", kms_key_id = "arn:aws:kms:us-east-1:111122223333:key/0123" } }
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.debug.name == "/old/api" &&
      aws_cloudwatch_log_group.debug.kms_key_id != null
    )
    error_message = "there is one group outside production"
  }
}

run "a_target_group_keeps_what_would_replace_it" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/a/b/c"
      security_group_id = "sg-0"
      priority          = 1
      paths             = ["/*"]
    }
    adopt = {
      target_group = {
        name             = "Old-api"
        port             = 80
        protocol         = "HTTPS"
        protocol_version = "HTTP2"
        health_port      = "8081"
        health_protocol  = "HTTPS"
        slow_start       = 60
      }
      listener_rule = false
    }
  }
  assert {
    condition = (
      aws_lb_target_group.this["this"].name == "Old-api" &&
      aws_lb_target_group.this["this"].port == 80 &&
      aws_lb_target_group.this["this"].protocol == "HTTPS" &&
      aws_lb_target_group.this["this"].protocol_version == "HTTP2" &&
      aws_lb_target_group.this["this"].slow_start == 60
    )
    error_message = "name, port, protocols and slow start are kept"
  }
  assert {
    condition = (
      aws_lb_target_group.this["this"].health_check[0].port == "8081" &&
      aws_lb_target_group.this["this"].health_check[0].protocol == "HTTPS"
    )
    error_message = "the health check goes where it went"
  }
  assert {
    condition     = length(aws_lb_listener_rule.this) == 0
    error_message = "the rule stays with its owner"
  }
}

run "capacity_providers_take_the_place_of_the_launch_type" {
  command = plan
  variables {
    adopt = { capacity_providers = [{ name = "FARGATE_SPOT", weight = 1 }] }
  }
  assert {
    condition = (
      one([for strategy in aws_ecs_service.this.capacity_provider_strategy : strategy.capacity_provider]) ==
      "FARGATE_SPOT"
    )
    error_message = "a swap of the two would replace the service"
  }
}

run "roles_of_another_owner_are_kept_and_none_is_made" {
  command = plan
  variables {
    roles = {
      execution_role_arn = "arn:aws:iam::111122223333:role/old"
      task_role_arn      = "arn:aws:iam::111122223333:role/path/old"
    }
  }
  assert {
    condition = (
      length(aws_iam_role.task) == 0 &&
      length(aws_iam_role.execution) == 0 &&
      length(aws_iam_role_policy.task) == 0 &&
      length(aws_iam_role_policy.execution) == 0
    )
    error_message = "no role is made beside those that are kept"
  }
  assert {
    condition = (
      aws_ecs_task_definition.this.task_role_arn == "arn:aws:iam::111122223333:role/path/old" &&
      output.task_role_name == "old"
    )
    error_message = "the revision has the old role"
  }
}

run "a_cloud_map_service_is_taken_over_as_it_is" {
  command = plan
  variables {
    adopt    = { discovery = { name = "api-v1", routing_policy = "WEIGHTED", record_types = ["SRV"] } }
    registry = { container_name = "api", container_port = 8080 }
  }
  assert {
    condition = (
      aws_service_discovery_service.this[0].name == "api-v1" &&
      aws_service_discovery_service.this[0].dns_config[0].routing_policy == "WEIGHTED" &&
      aws_service_discovery_service.this[0].dns_config[0].dns_records[0].type == "SRV"
    )
    error_message = "name, routing policy and record type would replace it"
  }
}

run "a_registry_of_another_owner_is_kept_by_its_arn" {
  command = plan
  variables {
    registry = { arn = "arn:aws:servicediscovery:us-east-1:111122223333:service/srv-0" }
  }
  assert {
    condition = (
      length(aws_service_discovery_service.this) == 0 &&
      one(aws_ecs_service.this.service_registries).registry_arn ==
      "arn:aws:servicediscovery:us-east-1:111122223333:service/srv-0"
    )
    error_message = "no Cloud Map service is made beside the one that is kept"
  }
}

run "what_the_running_revision_has_goes_into_the_next_one" {
  command = plan
  variables {
    task = {
      image           = "registry.example/api:1"
      cpu             = 256
      memory          = 512
      startup_seconds = 24
      port            = 8080
      environment     = { LEVEL = "debug" }
    }
    adopt = { definition = "arn:aws:ecs:us-east-1:111122223333:task-definition/old:7", container_name = "app" }
  }
  assert {
    condition = (
      contains(
        jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment,
        { name = "HOST", value = "db" }
      ) &&
      contains(
        jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment,
        { name = "LEVEL", value = "debug" }
      )
    )
    error_message = "the environment is carried on, and the values win"
  }
  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets == [{
        name      = "KEY"
        valueFrom = "/shop/key"
      }] &&
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].user == "1000" &&
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].command == ["serve"]
    )
    error_message = "secrets, user and command are carried on"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].image == "registry.example/api:1"
    error_message = "the image is the values'"
  }
  assert {
    condition = (
      [
        for mapping in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].portMappings :
        mapping.containerPort
      ] == [8080, 9090]
    )
    error_message = "the ports besides the values' are carried on, for what else leads to them"
  }
}

run "a_revision_without_that_container_is_refused" {
  command = plan
  variables {
    adopt = { definition = "arn:aws:ecs:us-east-1:111122223333:task-definition/old:7", container_name = "web" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_family_without_revision_is_refused" {
  command = plan
  variables {
    adopt = { definition = "arn:aws:ecs:us-east-1:111122223333:task-definition/old", container_name = "app" }
  }
  expect_failures = [var.adopt]
}

run "a_grace_period_is_kept" {
  command = plan
  variables {
    adopt = { grace_period = 900 }
  }
  assert {
    condition     = aws_ecs_service.this.health_check_grace_period_seconds == 900
    error_message = "tasks behind another owner's target group keep their time to start"
  }
}

run "no_security_group_at_all_is_refused" {
  command = plan
  variables {
    network = merge(var.network, { own_security_group = false })
  }
  expect_failures = [var.network]
}

run "a_service_that_names_no_security_group_keeps_the_vpcs_default" {
  command = plan
  variables {
    network = merge(var.network, { security_group_ids = [], own_security_group = false })
  }
  assert {
    condition     = length(aws_ecs_service.this.network_configuration[0].security_groups) == 0
    error_message = "no group is put on tasks that have the VPC's default group: it would start new ones"
  }
}

run "five_security_groups_are_accepted" {
  command = plan
  variables {
    network = merge(var.network, {
      security_group_ids = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5"]
      own_security_group = false
    })
  }
}

run "five_and_the_modules_own_are_refused" {
  command = plan
  variables {
    network = merge(var.network, { security_group_ids = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5"] })
  }
  expect_failures = [var.network]
}

run "a_role_by_its_name_is_refused" {
  command = plan
  variables {
    roles = { task_role_arn = "old" }
  }
  expect_failures = [var.roles]
}

run "permissions_for_a_role_of_another_owner_are_refused" {
  command = plan
  variables {
    task_policy_statements = [{ sid = "Read", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::a/*"] }]
    roles                  = { task_role_arn = "arn:aws:iam::111122223333:role/old" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "permissions_for_the_modules_own_role_are_accepted" {
  command = plan
  variables {
    task_policy_statements = [{ sid = "Read", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::a/*"] }]
  }
}

run "the_health_check_that_runs_goes_into_the_next_revision" {
  command = plan
  variables {
    adopt = { definition = "arn:aws:ecs:us-east-1:111122223333:task-definition/old:7", container_name = "app" }
  }
  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command == [
        "CMD",
        "check",
        "--key=k",
      ]
    )
    error_message = "what the values do not say is taken from the revision that runs"
  }
}

run "a_health_check_in_the_values_wins_over_the_one_that_runs" {
  command = plan
  variables {
    task = {
      image           = "registry.example/api:1"
      cpu             = 256
      memory          = 512
      startup_seconds = 24
      port            = 8080
      health_command  = ["CMD", "mine"]
    }
    adopt = { definition = "arn:aws:ecs:us-east-1:111122223333:task-definition/old:7", container_name = "app" }
  }
  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command == [
        "CMD",
        "mine",
      ]
    )
    error_message = "the user's word counts"
  }
}
