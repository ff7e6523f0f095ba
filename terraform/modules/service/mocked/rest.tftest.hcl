mock_provider "aws" {
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

run "production_keeps_two_groups" {
  command = plan
  assert {
    condition     = aws_cloudwatch_log_group.application[0].retention_in_days == 30 && aws_cloudwatch_log_group.debug.retention_in_days == 7
    error_message = "30 days for the application, 7 for the rest"
  }
}

run "elsewhere_all_is_debug" {
  command = plan
  variables {
    environment = "staging"
  }
  assert {
    condition     = length(aws_cloudwatch_log_group.application) == 0 && output.log_group_names.application == output.log_group_names.debug
    error_message = "outside production there is one group, with 7 days"
  }
}

run "a_short_name_is_accepted" {
  command = plan
  variables {
    name = "a1"
  }
}

run "an_upper_case_name_is_refused" {
  command = plan
  variables {
    name = "API"
  }
  expect_failures = [var.name]
}

run "a_name_over_32_characters_is_refused" {
  command = plan
  variables {
    name = "a23456789012345678901234567890123"
  }
  expect_failures = [var.name]
}

run "prod_is_refused_as_environment" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "test_is_accepted_as_environment" {
  command = plan
  variables {
    environment = "test"
  }
}

run "an_empty_cost_center_is_refused" {
  command = plan
  variables {
    cost_center = " "
  }
  expect_failures = [var.cost_center]
}

run "a_cost_center_is_accepted" {
  command = plan
  variables {
    cost_center = "4711"
  }
}

run "more_tags_are_accepted" {
  command = plan
  variables {
    tags = { Team = "web" }
  }
}

run "a_tag_that_has_its_own_variable_is_refused" {
  command = plan
  variables {
    tags = { Service = "web" }
  }
  expect_failures = [var.tags]
}

run "two_subnets_are_accepted" {
  command = plan
  variables {
    network = { vpc_id = "vpc-0123456789abcdef0", subnet_ids = ["subnet-a", "subnet-b"] }
  }
}

run "one_subnet_is_refused" {
  command = plan
  variables {
    network = { vpc_id = "vpc-0123456789abcdef0", subnet_ids = ["subnet-a"] }
  }
  expect_failures = [var.network]
}

run "other_retentions_are_accepted" {
  command = plan
  variables {
    logs = { production_days = 90, debug_days = 3 }
  }
}

run "a_retention_cloudwatch_does_not_have_is_refused" {
  command = plan
  variables {
    logs = { debug_days = 10 }
  }
  expect_failures = [var.logs]
}

run "logs_for_ever_are_refused" {
  command = plan
  variables {
    logs = { production_days = 0 }
  }
  expect_failures = [var.logs]
}

run "a_sampling_rate_of_1_is_accepted" {
  command = plan
  variables {
    tracing = { sampling_rate = 1 }
  }
}

run "a_sampling_rate_in_percent_is_refused" {
  command = plan
  variables {
    tracing = { sampling_rate = 5 }
  }
  expect_failures = [var.tracing]
}

run "a_small_collector_is_accepted" {
  command = plan
  variables {
    tracing = { cpu = 16, memory = 64 }
  }
}

run "a_collector_too_small_to_work_is_refused" {
  command = plan
  variables {
    tracing = { memory = 63 }
  }
  expect_failures = [var.tracing]
}

run "a_sampling_priority_is_accepted" {
  command = plan
  variables {
    tracing = { sampling_priority = 9999 }
  }
}

run "a_sampling_priority_of_10000_is_refused" {
  command = plan
  variables {
    tracing = { sampling_priority = 10000 }
  }
  expect_failures = [var.tracing]
}

run "tracing_off_leaves_one_container" {
  command = plan
  variables {
    tracing = { enabled = false }
  }
  assert {
    condition     = length(aws_xray_sampling_rule.this) == 0 && length(aws_iam_role_policy.task) == 0
    error_message = "no rule and no permission where there are no traces"
  }
}

run "egress_to_a_range_is_accepted" {
  command = plan
  variables {
    egress = { database = { port = 5432, cidr = "10.0.0.0/16" } }
  }
}

run "egress_to_a_group_is_accepted" {
  command = plan
  variables {
    egress = { database = { port = 5432, security_group_id = "sg-0123456789abcdef0" } }
  }
}

run "egress_to_two_peers_is_refused" {
  command = plan
  variables {
    egress = { database = { port = 5432, cidr = "10.0.0.0/16", security_group_id = "sg-0123456789abcdef0" } }
  }
  expect_failures = [var.egress]
}

run "egress_to_nobody_is_refused" {
  command = plan
  variables {
    egress = { database = { port = 5432 } }
  }
  expect_failures = [var.egress]
}

run "named_actions_are_accepted" {
  command = plan
  variables {
    task_policy_statements = [{ sid = "Read", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::b/*"] }]
  }
}

run "wildcard_actions_are_refused" {
  command = plan
  variables {
    task_policy_statements = [{ sid = "Read", actions = ["s3:*"], resources = ["arn:aws:s3:::b/*"] }]
  }
  expect_failures = [var.task_policy_statements]
}

run "keys_of_secrets_are_accepted" {
  command = plan
  variables {
    secret_kms_key_arns = ["arn:aws:kms:us-east-1:111122223333:key/0f0f0f0f-0000-4000-8000-000000000000"]
  }
  assert {
    condition     = length([for one in local.execution_statements : one if one.Sid == "DecryptSecrets"]) == 1
    error_message = "the execution role may decrypt with the key"
  }
}

run "an_alias_of_a_key_is_refused" {
  command = plan
  variables {
    secret_kms_key_arns = ["arn:aws:kms:us-east-1:111122223333:alias/secrets"]
  }
  expect_failures = [var.secret_kms_key_arns]
}
