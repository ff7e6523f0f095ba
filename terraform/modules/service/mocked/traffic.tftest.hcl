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

run "plain_traffic_has_the_mandated_health_check" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
  assert {
    condition = (
      aws_lb_target_group.this["this"].health_check[0].interval == 15 &&
      aws_lb_target_group.this["this"].health_check[0].timeout == 10 &&
      aws_lb_target_group.this["this"].health_check[0].healthy_threshold == 2
    )
    error_message = "interval 15 s, timeout 10 s, healthy threshold 2"
  }
}

run "no_traffic_makes_no_target_group" {
  command = plan
  assert {
    condition     = length(aws_lb_target_group.this) == 0 && length(aws_lb_listener_rule.this) == 0
    error_message = "a service without traffic has neither target group nor rule"
  }
}

run "interval_above_timeout_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      health_interval   = 11
      health_timeout    = 10
    }
  }
}

run "interval_equal_to_timeout_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      health_interval   = 10
      health_timeout    = 10
    }
  }
  expect_failures = [var.traffic]
}

run "five_conditions_are_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      hosts             = ["a.example", "b.example", "c.example", "d.example"]
    }
  }
}

run "six_conditions_are_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      hosts             = ["a.example", "b.example", "c.example", "d.example", "e.example"]
    }
  }
  expect_failures = [var.traffic]
}

run "no_condition_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = []
    }
  }
  expect_failures = [var.traffic]
}

run "priority_50000_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 50000
      paths             = ["/api/*"]
    }
  }
}

run "priority_0_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 0
      paths             = ["/api/*"]
    }
  }
  expect_failures = [var.traffic]
}

run "deregistration_delay_of_an_hour_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 3600
    }
  }
}

run "deregistration_delay_of_0_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 0
    }
  }
  expect_failures = [var.traffic]
}

run "deregistration_delay_over_an_hour_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 3601
    }
  }
  expect_failures = [var.traffic]
}

run "thresholds_of_2_and_10_are_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn        = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id   = "sg-0123456789abcdef0"
      priority            = 100
      paths               = ["/api/*"]
      healthy_threshold   = 10
      unhealthy_threshold = 2
    }
  }
}

run "a_healthy_threshold_of_1_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      healthy_threshold = 1
    }
  }
  expect_failures = [var.traffic]
}

run "an_unhealthy_threshold_of_11_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn        = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id   = "sg-0123456789abcdef0"
      priority            = 100
      paths               = ["/api/*"]
      unhealthy_threshold = 11
    }
  }
  expect_failures = [var.traffic]
}

run "a_health_path_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      health_path       = "/live"
    }
  }
}

run "a_health_path_without_slash_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      health_path       = "live"
    }
  }
  expect_failures = [var.traffic]
}

run "traffic_to_a_port_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
}

run "traffic_without_a_port_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
    task = merge(var.task, { port = null, health_command = ["CMD", "/bin/healthy"] })
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_drain_as_long_as_the_longest_request_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 20
    }
  }
}

run "a_drain_shorter_than_the_longest_request_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn         = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id    = "sg-0123456789abcdef0"
      priority             = 100
      paths                = ["/api/*"]
      deregistration_delay = 19
    }
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_stop_timeout_as_long_as_the_longest_request_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { stop_timeout = 20 })
  }
}

run "a_stop_timeout_shorter_than_the_longest_request_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { stop_timeout = 19 })
  }
  expect_failures = [aws_ecs_service.this]
}

run "the_grace_period_is_derived" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
  assert {
    condition     = aws_ecs_service.this.health_check_grace_period_seconds == 70
    error_message = "start period 40 s and two intervals"
  }
}

run "a_grace_period_that_covers_the_start_is_accepted" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      grace_period      = 55
    }
  }
}

run "a_grace_period_shorter_than_the_start_is_refused" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/public/50dc/f2f7"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
      grace_period      = 54
    }
  }
  expect_failures = [aws_ecs_service.this]
}
