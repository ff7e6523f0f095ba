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

run "production_keeps_two_groups" {
  command = plan
  assert {
    condition = (
      aws_cloudwatch_log_group.application[0].retention_in_days == 30 &&
      aws_cloudwatch_log_group.debug.retention_in_days == 7
    )
    error_message = "30 days for the application, 7 for the rest"
  }
}

run "elsewhere_all_is_debug" {
  command = plan
  variables {
    environment = "staging"
  }
  assert {
    condition = (
      length(aws_cloudwatch_log_group.application) == 0 &&
      output.log_group_names.application == output.log_group_names.debug
    )
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

run "tracing_off_leaves_one_container" {
  command = plan
  variables {
    tracing = { enabled = false }
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 0 && length(local.tracing_environment) == 0
    error_message = "no permission and no variable where there are no traces"
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

run "an_application_is_told_where_to_send_traces_and_no_more_than_every_sdk_takes" {
  command = plan
  assert {
    condition = jsonencode(local.environment) == jsonencode({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = "http://127.0.0.1:4318/v1/traces"
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = "http/protobuf"
      OTEL_LOGS_EXPORTER                 = "none"
      OTEL_METRICS_EXPORTER              = "none"
      OTEL_SERVICE_NAME                  = local.full_name
    })
    error_message = "neither a sampler nor a propagator, which some SDKs lack"
  }
  assert {
    condition     = length([for one in local.tracing_statements[0].Action : one if strcontains(one, "Sampling")]) == 0
    error_message = "a permission to ask for rules that nobody asks for"
  }
}

run "grpc_has_its_own_port" {
  command = plan
  variables {
    tracing = { protocol = "grpc" }
  }
  assert {
    condition = (
      local.environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT == "http://127.0.0.1:4317" &&
      local.environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL == "grpc"
    )
    error_message = "port and protocol go together"
  }
}

run "an_application_with_an_endpoint_of_its_own_is_told_none" {
  command = plan
  variables {
    task = merge(var.task, {
      environment = {
        OTEL_EXPORTER_OTLP_ENDPOINT = "https://otel.example"
        OTEL_RESOURCE_ATTRIBUTES    = "service.name=mine"
        OTEL_TRACES_SAMPLER         = "always_off"
      }
    })
  }
  assert {
    condition     = jsonencode(local.environment) == jsonencode(var.task.environment)
    error_message = "what an SDK prefers to the application's own"
  }
}

run "an_application_with_a_protocol_of_its_own_keeps_its_port" {
  command = plan
  variables {
    task = merge(var.task, {
      environment = { OTEL_EXPORTER_OTLP_PROTOCOL = "grpc", OTEL_METRICS_EXPORTER = "prometheus" }
    })
  }
  assert {
    condition = (
      !contains(keys(local.environment), "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") &&
      local.environment.OTEL_METRICS_EXPORTER == "prometheus" &&
      local.environment.OTEL_LOGS_EXPORTER == "none"
    )
    error_message = "the application's own is below the module's"
  }
}

run "a_variable_that_is_a_secret_is_not_told_twice" {
  command = plan
  variables {
    task = merge(var.task, { secrets = { OTEL_SERVICE_NAME = "arn:aws:ssm:us-east-1:111122223333:parameter/name" } })
  }
  assert {
    condition     = !contains(keys(local.environment), "OTEL_SERVICE_NAME")
    error_message = "AWS refuses a name that is both"
  }
}

run "the_collector_samples_by_the_clusters_seed_and_rate" {
  command = plan
  variables {
    cluster = merge(var.cluster, { tracing = { sampling_rate = 0.2, seed = 7 } })
  }
  assert {
    condition = (
      local.collector_config.processors.probabilistic_sampler.sampling_percentage == 20 &&
      local.collector_config.processors.probabilistic_sampler.hash_seed == 7 &&
      contains(local.collector_config.service.pipelines.traces.processors, "probabilistic_sampler")
    )
    error_message = "one seed and rate a cluster"
  }
}

run "by_an_x_ray_rule_the_sdk_samples_and_the_collector_does_not" {
  command = plan
  variables {
    cluster = merge(var.cluster, { tracing = { xray_rule = true } })
    tracing = { sampler = "xray", propagators = ["xray", "tracecontext"] }
  }
  assert {
    condition = (
      local.environment.OTEL_TRACES_SAMPLER == "xray" &&
      local.environment.OTEL_PROPAGATORS == "xray,tracecontext" &&
      !contains(local.collector_config.service.pipelines.traces.processors, "probabilistic_sampler") &&
      contains(local.collector_config.service.extensions, "awsproxy")
    )
    error_message = "sampled twice"
  }
  assert {
    condition     = length([for one in local.tracing_statements[0].Action : one if strcontains(one, "Sampling")]) == 3
    error_message = "the SDK may not ask for the rule"
  }
}

run "sampling_by_a_rule_that_is_not_there_is_refused" {
  command = plan
  variables {
    tracing = { sampler = "xray" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "an_unknown_sampler_is_refused" {
  command = plan
  variables {
    tracing = { sampler = "head" }
  }
  expect_failures = [var.tracing]
}

run "an_unknown_protocol_is_refused" {
  command = plan
  variables {
    tracing = { protocol = "http/json" }
  }
  expect_failures = [var.tracing]
}

run "an_sdk_can_be_left_to_its_own_port_and_protocol" {
  command = plan
  variables {
    tracing = { protocol = "sdk" }
  }
  assert {
    condition = (
      sort(keys(local.environment)) == tolist(["OTEL_LOGS_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_SERVICE_NAME"])
    )
    error_message = "both ports are open, so nothing need be told"
  }
}

run "a_service_of_which_two_must_never_run" {
  command = plan
  variables {
    scaling    = { min = 1, max = 1 }
    deployment = { minimum_percent = 0, maximum_percent = 100 }
  }
  assert {
    condition = (
      aws_ecs_service.this.deployment_minimum_healthy_percent == 0 &&
      aws_ecs_service.this.deployment_maximum_percent == 100 &&
      aws_ecs_service.this.availability_zone_rebalancing == "DISABLED"
    )
    error_message = "AWS has no room to rebalance in"
  }
}

run "one_copy_is_deployed_as_aws_does_unless_it_is_asked_otherwise" {
  command = plan
  variables {
    scaling = { min = 1, max = 1 }
  }
  assert {
    condition = (
      aws_ecs_service.this.desired_count == 1 &&
      aws_ecs_service.this.deployment_maximum_percent == 200 &&
      aws_ecs_service.this.availability_zone_rebalancing == "ENABLED"
    )
    error_message = "the second copy is there during a deployment"
  }
}

run "a_deployment_that_cannot_move_is_refused" {
  command = plan
  variables {
    deployment = { maximum_percent = 100 }
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_deployment_that_rounds_to_no_room_is_refused" {
  command = plan
  variables {
    scaling    = { min = 3, max = 8 }
    deployment = { maximum_percent = 125 }
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_deployment_with_room_for_one_is_accepted" {
  command = plan
  variables {
    scaling    = { min = 4, max = 8 }
    deployment = { maximum_percent = 125 }
  }
  assert {
    condition     = aws_ecs_service.this.deployment_maximum_percent == 125
    error_message = "one more than four"
  }
}

run "percentages_the_wrong_way_round_are_refused" {
  command = plan
  variables {
    deployment = { minimum_percent = 150, maximum_percent = 90 }
  }
  expect_failures = [var.deployment]
}

run "alarms_that_fail_a_deployment_roll_it_back" {
  command = plan
  variables {
    deployment = { alarms = { names = ["api-5xx"] }, wait_for_steady_state = true }
  }
  assert {
    condition = (
      one(aws_ecs_service.this.alarms).rollback &&
      one(one(aws_ecs_service.this.alarms).alarm_names) == "api-5xx" &&
      aws_ecs_service.this.wait_for_steady_state
    )
    error_message = "watched, and waited for"
  }
}

run "an_empty_list_of_alarms_is_refused" {
  command = plan
  variables {
    deployment = { alarms = { names = [] } }
  }
  expect_failures = [var.deployment]
}
