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
    defaults = { name = "us-east-1" }
  }
}

variables {
  vpc_id             = "vpc-0123456789abcdef0"
  private_subnet_ids = ["subnet-a", "subnet-b", "subnet-c"]
  public_subnet_ids  = ["subnet-d", "subnet-e", "subnet-f"]
  allow_plain_http   = true
  services           = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } } }
}

run "a_plain_service_is_a_few_lines" {
  command = plan
  assert {
    condition     = tolist(keys(output.load_balancers)) == tolist(["public"])
    error_message = "only the load balancer that a service needs is made"
  }
}

run "an_internal_service_brings_the_internal_load_balancer" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, traffic = { exposure = "internal", priority = 100, paths = ["/*"] } } }
  }
  assert {
    condition     = length(output.load_balancers) == 2
    error_message = "public and internal"
  }
}

run "three_subnets_are_accepted" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-2", "subnet-3"]
  }
}

run "two_private_subnets_are_refused" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }
  expect_failures = [var.private_subnet_ids]
}

run "one_private_subnet_three_times_is_refused" {
  command = plan
  variables {
    private_subnet_ids = ["subnet-1", "subnet-1", "subnet-1"]
  }
  expect_failures = [var.private_subnet_ids]
}

run "three_public_subnets_are_accepted" {
  command = plan
  variables {
    public_subnet_ids = ["subnet-1", "subnet-2", "subnet-3"]
  }
}

run "two_public_subnets_are_refused" {
  command = plan
  variables {
    public_subnet_ids = ["subnet-1", "subnet-2"]
  }
  expect_failures = [var.public_subnet_ids]
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
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, traffic = { exposure = "private", priority = 100, paths = ["/*"] } } }
  }
  expect_failures = [var.services]
}

run "one_priority_behind_two_load_balancers_is_accepted" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, traffic = { exposure = "internal", priority = 100, paths = ["/two/*"] } } }
  }
}

run "one_priority_twice_is_refused" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, traffic = { exposure = "public", priority = 100, paths = ["/two/*"] } } }
  }
  expect_failures = [var.services]
}

run "a_caller_gets_a_rule_in_and_a_rule_out" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, callers = ["web"] } }
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.call) == 1 && length(aws_vpc_security_group_egress_rule.call) == 1
    error_message = "one rule in, one out"
  }
}

run "a_caller_that_does_not_exist_is_refused" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, callers = ["wbe"] } }
  }
  expect_failures = [var.services]
}

run "a_service_that_calls_itself_is_refused" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, scaling = { min = 2, max = 4 }, callers = ["two"] } }
  }
  expect_failures = [var.services]
}

run "a_callee_without_port_is_refused" {
  command = plan
  variables {
    services = { web = { image = "registry.example/web:1", cpu = 256, memory = 512, startup_seconds = 20, port = 8080, traffic = { exposure = "public", priority = 100, paths = ["/*"] }, scaling = { min = 2, max = 4 } }, two = { image = "registry.example/two:1", cpu = 256, memory = 512, startup_seconds = 20, health_command = ["CMD", "/ok"], scaling = { min = 1, max = 2 }, callers = ["web"] } }
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

run "cost_allocation_tags_are_left_alone_by_default" {
  command = plan
  assert {
    condition     = length(aws_ce_cost_allocation_tag.this) == 0
    error_message = "opt-in"
  }
}
