mock_provider "aws" {
  mock_data "aws_vpc" {
    defaults = { cidr_block = "10.20.0.0/16" }
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
  name               = "production"
  environment        = "production"
  cost_center        = "platform"
  vpc_id             = "vpc-0123456789abcdef0"
  private_subnet_ids = ["subnet-a", "subnet-b", "subnet-c"]
  public_subnet_ids  = ["subnet-d", "subnet-e", "subnet-f"]
  allow_plain_http   = true
  services = {
    web = {
      image           = "registry.example/web:1"
      cpu             = 256
      memory          = 512
      startup_seconds = 20
      port            = 8080
      traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
      scaling         = { min = 2, max = 4 }
    }
  }
}

run "a_plain_service_is_a_few_lines_and_cost_allocation_tags_are_left_alone" {
  command = plan
  assert {
    condition     = tolist(keys(output.load_balancers)) == tolist(["public"])
    error_message = "only the load balancer that a service needs is made"
  }
  assert {
    condition     = length(aws_ce_cost_allocation_tag.this) == 0
    error_message = "opt-in"
  }
}

run "an_internal_service_brings_the_internal_load_balancer" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "internal", priority = 100, paths = ["/*"] }
      }
    }
  }
  assert {
    condition     = length(output.load_balancers) == 2
    error_message = "public and internal"
  }
}

run "three_subnets_of_each_kind_are_accepted" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-2", "subnet-3"]
    public_subnet_ids  = ["subnet-4", "subnet-5", "subnet-6"]
  }
}

run "two_private_subnets_are_refused" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }
  expect_failures = [output.load_balancers]
}

run "one_private_subnet_is_refused_of_anybody" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1"]
    adopt              = { services = { web = {} } }
  }
  expect_failures = [var.private_subnet_ids]
}

run "one_public_subnet_is_refused_of_anybody" {
  command = plan
  variables {
    public_subnet_ids = ["subnet-1"]
    adopt             = { services = { web = {} } }
  }
  expect_failures = [var.public_subnet_ids]
}

run "a_fleet_that_is_taken_over_stays_in_its_two_zones" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-2"]
    public_subnet_ids  = ["subnet-3", "subnet-4"]
    adopt              = { services = { web = {} } }
  }
  assert {
    condition     = length(module.load_balancer) == 1
    error_message = "the load balancer stays where it is"
  }
}

run "one_private_subnet_three_times_is_refused" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-1", "subnet-1"]
  }
  expect_failures = [var.private_subnet_ids]
}

run "two_public_subnets_are_refused" {
  command = plan
  variables {
    public_subnet_ids = ["subnet-1", "subnet-2"]
  }
  expect_failures = [output.load_balancers]
}

run "no_services_are_refused" {
  command = plan
  variables {
    services = {}
  }
  expect_failures = [var.services]
}

run "an_unknown_exposure_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "private", priority = 100, paths = ["/*"] }
      }
    }
  }
  expect_failures = [var.services]
}

run "one_priority_behind_two_load_balancers_is_accepted" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "internal", priority = 100, paths = ["/two/*"] }
      }
    }
  }
}

run "one_priority_twice_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "public", priority = 100, paths = ["/two/*"] }
      }
    }
  }
  expect_failures = [output.load_balancers]
}

run "a_caller_gets_a_rule_in_and_a_rule_out" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        callers         = ["web"]
      }
    }
  }
  assert {
    condition = (
      length(aws_vpc_security_group_ingress_rule.call) == 1 && length(aws_vpc_security_group_egress_rule.call) == 1
    )
    error_message = "one rule in, one out"
  }
}

run "a_caller_that_does_not_exist_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        callers         = ["wbe"]
      }
    }
  }
  expect_failures = [var.services]
}

run "a_service_that_calls_itself_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        callers         = ["two"]
      }
    }
  }
  expect_failures = [var.services]
}

run "a_callee_without_port_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        health_command  = ["CMD", "/ok"]
        scaling         = { min = 1, max = 2 }
        callers         = ["web"]
      }
    }
  }
  expect_failures = [var.services]
}

run "cost_allocation_tags_are_activated_on_request" {
  command = plan
  variables {
    activate_cost_allocation_tags = true
  }
  assert {
    condition     = length(aws_ce_cost_allocation_tag.this) == 3
    error_message = "the three keys"
  }
}

run "a_service_stays_on_the_load_balancer_it_was_found_on" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "internal", priority = 100, paths = ["/*"] }
      }
    }
    adopt = {
      services       = { web = { load_balancer = "public" } }
      load_balancers = { public = { name = "Old-ALB", subnet_ids = ["subnet-1", "subnet-2"] } }
    }
  }
  assert {
    condition     = tolist(keys(output.load_balancers)) == tolist(["public"])
    error_message = "its target group cannot hang on two"
  }
}

run "a_service_behind_a_foreign_load_balancer_brings_none" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
      }
      two = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
      }
    }
    adopt = {
      services = {
        web = { foreign_load_balancer = "sg-1", listener_rule = false }
        two = { foreign_load_balancer = "sg-1", listener_rule = false }
      }
    }
  }
  assert {
    condition     = length(output.load_balancers) == 0
    error_message = "no load balancer is made beside the foreign one, and its priorities are its owner's"
  }
}

run "what_is_said_of_a_load_balancer_wins_over_what_was_found" {
  command = plan
  variables {
    load_balancers = { public = { idle_timeout = 120, attributes = { enable_http2 = true } } }
    adopt = {
      load_balancers = {
        public = { idle_timeout = 30, ssl_policy = "old", drop_invalid_header_fields = false, attributes = {
          enable_http2         = false
          preserve_host_header = true
          connection_logs      = { bucket = "logs" }
        } }
      }
    }
  }
  assert {
    condition = local.of_balancers["public"] == {
      idle_timeout               = 120
      ssl_policy                 = "old"
      drop_invalid_header_fields = false
    }
    error_message = "field by field"
  }
  assert {
    condition = (
      local.attributes_of["public"].enable_http2 &&
      local.attributes_of["public"].preserve_host_header &&
      local.attributes_of["public"].connection_logs.bucket == "logs" &&
      length(local.attributes_of["internal"]) == 1
    )
    error_message = "attributes too"
  }
}

run "a_priority_that_adoption_makes_a_double_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
      }
      two = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "internal", priority = 100, paths = ["/*"] }
      }
    }
    adopt = { services = { two = { load_balancer = "public" } } }
  }
  expect_failures = [output.load_balancers]
}

run "a_service_that_is_left_is_not_made" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
      }
      two = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        callers         = ["web"]
      }
    }
    adopt = { leave = ["web"] }
  }
  assert {
    condition = (
      tolist(keys(output.task_definitions)) == tolist(["two"]) && length(aws_vpc_security_group_ingress_rule.call) == 0
    )
    error_message = "neither the service nor rules for its calls"
  }
}

run "roles_that_are_kept_may_log_and_trace" {
  command = plan
  variables {
    adopt = { roles = ["old"] }
  }
  assert {
    condition = (
      strcontains(aws_iam_role_policy.adopted["old"].policy, "xray:PutTraceSegments") &&
      strcontains(aws_iam_role_policy.adopted["old"].policy, "log-group:/ecs/production/*") &&
      !strcontains(aws_iam_role_policy.adopted["old"].policy, "ssmmessages")
    )
    error_message = "logs and traces, and no more than is used"
  }
}

run "taking_over_and_leaving_a_service_is_refused" {
  command = plan
  variables {
    adopt = { services = { web = {} }, leave = ["web"] }
  }
  expect_failures = [var.adopt]
}

run "a_third_kind_of_load_balancer_is_refused" {
  command = plan
  variables {
    adopt = { load_balancers = { private = {} } }
  }
  expect_failures = [var.adopt]
}

run "a_service_on_a_third_kind_of_load_balancer_is_refused" {
  command = plan
  variables {
    adopt = { services = { web = { load_balancer = "private" } } }
  }
  expect_failures = [var.adopt]
}

run "a_call_is_an_address_and_a_rule_in_and_a_rule_out" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        calls           = { TWO_URL = { service = "two", path = "/v1" }, TWO = { service = "two", scheme = "" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  assert {
    condition = (
      local.call_environment["web"].TWO_URL == "http://two.production.internal:9000/v1" &&
      local.call_environment["web"].TWO == "two.production.internal:9000" &&
      aws_vpc_security_group_egress_rule.call["web-to-two-9000"].from_port == 9000 &&
      length(aws_vpc_security_group_ingress_rule.call) == 1
    )
    error_message = "the address, and the way there"
  }
}

run "a_callee_whose_port_changes_is_called_on_both" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        scaling         = { min = 2, max = 4 }
        calls           = { TWO_URL = { service = "two" } }
        environment     = { OLD = "http://two.production.internal:9000", NEW = "http://two.production.internal:9090" }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9090
        former_port     = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  assert {
    condition = alltrue([
      for rules in [aws_vpc_security_group_ingress_rule.call, aws_vpc_security_group_egress_rule.call] :
      { for key, rule in rules : key => rule.to_port } == { web-to-two-9000 = 9000, web-to-two-9090 = 9090 }
    ])
    error_message = "callers keep the former port, and have the new one"
  }
  assert {
    condition     = local.call_environment["web"].TWO_URL == "http://two.production.internal:9090"
    error_message = "the next revision of the caller calls the new port"
  }
  assert {
    condition     = length(local.addresses["web"]) == 2 && length(local.cut_calls) == 0
    error_message = "neither address is cut off"
  }
}

run "an_address_follows_the_namespace" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        calls           = { TWO_URL = { service = "two" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
    namespace = "shop.corp"
  }
  assert {
    condition     = local.call_environment["web"].TWO_URL == "http://two.shop.corp:9000"
    error_message = "the namespace as given"
  }
}

run "a_call_to_nobody_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        calls           = { TWO_URL = { service = "tow" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  expect_failures = [var.services]
}

run "a_call_with_a_path_that_is_none_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        calls           = { TWO_URL = { service = "two", path = "v1" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  expect_failures = [var.services]
}

run "a_variable_that_is_given_twice_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment     = { TWO_URL = "x" }
        calls           = { TWO_URL = { service = "two" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  expect_failures = [var.services]
}

run "a_name_of_the_namespace_that_lets_the_caller_in_is_accepted" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment     = { TWO_URL = "http://two.production.internal:9000/v1" }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
        callers         = ["web"]
      }
    }
  }
  assert {
    condition     = length(local.cut_calls) == 0 && length(local.addresses["web"]) == 1
    error_message = "the callee lets it in"
  }
}

run "a_name_of_the_namespace_whose_callee_does_not_let_in_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment     = { TWO_URL = "http://two.production.internal:9000/v1" }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  expect_failures = [output.namespace]
}

run "a_name_of_the_namespace_on_another_port_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment     = { TWO = "two.production.internal:8080" }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
        callers         = ["web"]
      }
    }
  }
  expect_failures = [output.namespace]
}

run "a_port_that_is_let_out_to_nobody_is_told" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment     = { SITE = "http://user:secret@www.example/two" }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  expect_failures = [check.calls]
}

run "a_port_that_egress_lets_out_is_fine" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment = {
          SITE    = "http://www.example/two"
          HERE    = "http://127.0.0.1:4318"
          PAY     = "https://pay.example/x"
          DB      = "db.example:5432"
          LEVEL   = "INFO"
          VERSION = "1.2.3"
        }
        egress = { site = { port = 80, cidr = "0.0.0.0/0" }, db = { port = 5432, cidr = "10.20.0.0/16" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
  }
  assert {
    condition     = length(local.closed_ports) == 0 && length(local.addresses["web"]) >= 4
    error_message = "all four are let out"
  }
}

run "a_call_to_a_service_that_is_left_is_refused" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        calls           = { TWO_URL = { service = "two" } }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
    adopt = { leave = ["two"] }
  }
  expect_failures = [output.namespace]
}

run "a_service_that_keeps_its_groups_is_not_judged_by_ours" {
  command = plan
  variables {
    services = {
      web = {
        image           = "registry.example/web:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 8080
        traffic         = { exposure = "public", priority = 100, paths = ["/*"] }
        scaling         = { min = 2, max = 4 }
        environment     = { SITE = "http://www.example/two" }
      }
      two = {
        image           = "registry.example/two:1"
        cpu             = 256
        memory          = 512
        startup_seconds = 20
        port            = 9000
        scaling         = { min = 2, max = 4 }
      }
    }
    adopt = { services = { web = { security_group_ids = ["sg-1"], own_security_group = false } } }
  }
  assert {
    condition     = length(local.closed_ports) == 0
    error_message = "its own groups let out what they let out"
  }
}

run "one_rule_a_cluster_where_the_sdks_sample_by_x_ray" {
  command = plan
  variables {
    tracing = { sampler = "xray", sampling_rate = 0.5 }
  }
  assert {
    condition     = module.cluster.cluster.tracing.xray_rule && module.cluster.cluster.tracing.sampling_rate == 0.5
    error_message = "the services ask for the cluster's rule"
  }
}

run "a_load_balancer_gets_what_is_asked_for_it" {
  command = plan
  variables {
    load_balancers = {
      public = {
        access_logs     = { bucket = "logs" }
        web_acl_arn     = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/0"
        ip_address_type = "dualstack"
      }
    }
  }
  assert {
    condition     = length(module.load_balancer) == 1
    error_message = "planned"
  }
}

run "more_of_a_third_kind_of_load_balancer_is_refused" {
  command = plan
  variables {
    load_balancers = { private = {} }
  }
  expect_failures = [var.load_balancers]
}
