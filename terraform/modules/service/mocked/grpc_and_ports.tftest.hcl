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

run "grpc_has_its_own_check" {
  command = plan
  override_data {
    target = data.aws_lb_listener.grpc
    values = { protocol = "HTTPS" }
  }
  variables {
    task = merge(var.task, { health_command = ["CMD", "/probe"] })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "GRPC"
    }
  }
  assert {
    condition = (
      aws_lb_target_group.this["this"].protocol_version == "GRPC" &&
      one(aws_lb_target_group.this["this"].health_check).path == "/grpc.health.v1.Health/Check" &&
      one(aws_lb_target_group.this["this"].health_check).matcher == "0"
    )
    error_message = "the health service, and code 0"
  }
}

run "grpc_with_a_method_and_codes_of_its_own_is_accepted" {
  command = plan
  override_data {
    target = data.aws_lb_listener.grpc
    values = { protocol = "HTTPS" }
  }
  variables {
    task = merge(var.task, { health_command = ["CMD", "/probe"] })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "GRPC"
      health_path       = "/shop.Api/Ping"
      health_matcher    = "0,12"
    }
  }
  assert {
    condition     = one(aws_lb_target_group.this["this"].health_check).matcher == "0,12"
    error_message = "the codes are kept"
  }
}

run "grpc_on_a_plain_listener_is_refused" {
  command = plan
  override_data {
    target = data.aws_lb_listener.grpc
    values = { protocol = "HTTP" }
  }
  variables {
    task = merge(var.task, { health_command = ["CMD", "/probe"] })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "GRPC"
    }
  }
  expect_failures = [data.aws_lb_listener.grpc]
}

run "grpc_without_a_probe_is_refused" {
  command = plan
  override_data {
    target = data.aws_lb_listener.grpc
    values = { protocol = "HTTPS" }
  }
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "GRPC"
    }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "grpc_with_a_path_that_is_no_method_is_refused" {
  command = plan
  override_data {
    target = data.aws_lb_listener.grpc
    values = { protocol = "HTTPS" }
  }
  variables {
    task = merge(var.task, { health_command = ["CMD", "/probe"] })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "GRPC"
      health_path       = "/health"
    }
  }
  expect_failures = [var.traffic]
}

run "grpc_with_an_http_code_is_refused" {
  command = plan
  override_data {
    target = data.aws_lb_listener.grpc
    values = { protocol = "HTTPS" }
  }
  variables {
    task = merge(var.task, { health_command = ["CMD", "/probe"] })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "GRPC"
      health_matcher    = "200"
    }
  }
  expect_failures = [var.traffic]
}

run "http_with_a_grpc_code_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "HTTP1"
      health_matcher    = "12"
    }
  }
  expect_failures = [var.traffic]
}

run "a_protocol_that_is_none_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      protocol_version  = "HTTP3"
    }
  }
  expect_failures = [var.traffic]
}

run "a_slow_start_is_told" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      slow_start        = 60
    }
  }
  assert {
    condition     = aws_lb_target_group.this["this"].slow_start == 60
    error_message = "it reaches the group"
  }
}

run "a_slow_start_that_is_too_short_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      slow_start        = 10
    }
  }
  expect_failures = [var.traffic]
}

run "another_port_is_the_same_target_group" {
  command = plan
  variables {
    task = merge(var.task, { port = 9090 })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
  assert {
    condition = (
      aws_lb_target_group.this["this"].port == 80 && one(aws_ecs_service.this.load_balancer).container_port == 9090
    )
    error_message = "each task registers its own port"
  }
}

run "a_former_port_is_served_until_the_new_one_runs" {
  command = plan
  variables {
    task = merge(var.task, { port = 9090, former_port = 8080 })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
  assert {
    condition = (
      one(aws_ecs_service.this.load_balancer).container_port == 8080 &&
      keys(aws_vpc_security_group_ingress_rule.load_balancer) == ["8080", "9090"] &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).portMappings[*].containerPort == [9090, 8080]
    )
    error_message = "both are let in, the load balancer stays"
  }
}

run "a_former_port_that_is_the_port_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { former_port = 8080 })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
  expect_failures = [aws_ecs_task_definition.this]
}
