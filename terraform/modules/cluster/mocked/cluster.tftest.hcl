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
  name        = "production"
  environment = "production"
  cost_center = "platform"
  vpc_id      = "vpc-0123456789abcdef0"
  namespace   = "production.internal"
}

run "a_plain_cluster_is_accepted" {
  command = plan
  assert {
    condition     = one(aws_ecs_cluster.this.setting).value == "enabled"
    error_message = "Container Insights is on by default"
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.exec.retention_in_days == 7 &&
      aws_cloudwatch_log_group.insights[0].retention_in_days == 7
    )
    error_message = "sessions and performance logs are debug logs"
  }
  assert {
    condition = (
      length(aws_cloudwatch_event_rule.this) == 3 &&
      length(aws_cloudwatch_event_target.log) == 3 &&
      length(aws_cloudwatch_event_target.topic) == 3
    )
    error_message = "three rules, each to the log and the topic"
  }
}

run "a_name_of_20_characters_is_accepted" {
  command = plan
  variables {
    name = "a2345678901234567890"
  }
}

run "a_name_of_21_characters_is_refused" {
  command = plan
  variables {
    name = "a23456789012345678901"
  }
  expect_failures = [var.name]
}

run "staging_is_accepted" {
  command = plan
  variables {
    environment = "staging"
  }
}

run "prod_is_refused" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "a_cost_center_is_accepted" {
  command = plan
  variables {
    cost_center = "4711"
  }
}

run "an_empty_cost_center_is_refused" {
  command = plan
  variables {
    cost_center = ""
  }
  expect_failures = [var.cost_center]
}

run "a_dns_name_is_accepted" {
  command = plan
  variables {
    namespace = "svc"
  }
}

run "a_namespace_that_is_no_dns_name_is_refused" {
  command = plan
  variables {
    namespace = "Production_internal"
  }
  expect_failures = [var.namespace]
}

run "insights_disabled_makes_no_performance_log" {
  command = plan
  variables {
    container_insights = "disabled"
  }
  assert {
    condition     = length(aws_cloudwatch_log_group.insights) == 0
    error_message = "no log group where nothing is logged"
  }
}

run "insights_enhanced_is_accepted" {
  command = plan
  variables {
    container_insights = "enhanced"
  }
  assert {
    condition     = one(aws_ecs_cluster.this.setting).value == "enhanced"
    error_message = "enhanced reaches the cluster"
  }
}

run "insights_on_is_refused" {
  command = plan
  variables {
    container_insights = "on"
  }
  expect_failures = [var.container_insights]
}

run "other_debug_retention_is_accepted" {
  command = plan
  variables {
    debug_retention_days = 3
  }
}

run "a_debug_retention_cloudwatch_does_not_have_is_refused" {
  command = plan
  variables {
    debug_retention_days = 0
  }
  expect_failures = [var.debug_retention_days]
}

run "other_event_retention_is_accepted" {
  command = plan
  variables {
    event_retention_days = 90
  }
}

run "an_event_retention_cloudwatch_does_not_have_is_refused" {
  command = plan
  variables {
    event_retention_days = 31
  }
  expect_failures = [var.event_retention_days]
}

run "addresses_are_accepted" {
  command = plan
  variables {
    alert_emails = ["oncall@example.com"]
  }
  assert {
    condition     = length(aws_sns_topic_subscription.email) == 1
    error_message = "each address is subscribed"
  }
}

run "what_is_no_address_is_refused" {
  command = plan
  variables {
    alert_emails = ["oncall"]
  }
  expect_failures = [var.alert_emails]
}

run "a_cluster_that_is_taken_over_keeps_its_name_and_capacity_providers" {
  command = plan
  variables {
    adopt = {
      name               = "Old_Cluster"
      capacity_providers = ["old-ec2", "FARGATE"]
      connect_namespace  = "arn:aws:servicediscovery:us-east-1:111122223333:namespace/ns-0"
      exec_kms_key       = "arn:aws:kms:us-east-1:111122223333:key/0"
    }
  }
  assert {
    condition = (
      one(aws_ecs_cluster.this.service_connect_defaults).namespace ==
      "arn:aws:servicediscovery:us-east-1:111122223333:namespace/ns-0" &&
      aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].kms_key_id ==
      "arn:aws:kms:us-east-1:111122223333:key/0"
    )
    error_message = "the default namespace of Service Connect and the key of ECS Exec are kept"
  }
  assert {
    condition = (
      aws_ecs_cluster.this.name == "Old_Cluster" &&
      aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE", "FARGATE_SPOT", "old-ec2"])
    )
    error_message = "name and capacity providers are kept"
  }
  assert {
    condition = (
      strcontains(aws_cloudwatch_event_rule.this["failed-tasks"].event_pattern, "cluster/Old_Cluster") &&
      !strcontains(aws_cloudwatch_event_rule.this["failed-tasks"].name, "Old_Cluster")
    )
    error_message = "events are those of the cluster by its name; things are called after the platform"
  }
}

run "a_name_no_cluster_can_have_is_refused" {
  command = plan
  variables {
    adopt = { name = "arn:aws:ecs:us-east-1:111122223333:cluster/old" }
  }
  expect_failures = [var.adopt]
}

run "no_x_ray_rule_unless_it_is_asked_for" {
  command = plan
  variables {
    tracing = { sampling_rate = 1 }
  }
  assert {
    condition = (
      length(aws_xray_sampling_rule.this) == 0 &&
      output.cluster.tracing.sampling_rate == 1 &&
      !output.cluster.tracing.xray_rule
    )
    error_message = "a region has 25 rules"
  }
}

run "one_x_ray_rule_for_all_services_of_the_cluster_and_no_others" {
  command = plan
  variables {
    tracing = { xray_rule = true, priority = 9999 }
  }
  assert {
    condition = (
      aws_xray_sampling_rule.this[0].service_name == "production-*" &&
      length(aws_xray_sampling_rule.this[0].rule_name) <= 32
    )
    error_message = "full names begin with the cluster's"
  }
}

run "a_sampling_rate_in_percent_is_refused" {
  command = plan
  variables {
    tracing = { sampling_rate = 5 }
  }
  expect_failures = [var.tracing]
}

run "a_sampling_seed_of_0_is_refused" {
  command = plan
  variables {
    tracing = { seed = 0 }
  }
  expect_failures = [var.tracing]
}

run "a_sampling_priority_of_10000_is_refused" {
  command = plan
  variables {
    tracing = { priority = 10000 }
  }
  expect_failures = [var.tracing]
}

run "alerts_that_are_lost_raise_an_alarm" {
  command = plan
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.undelivered.dimensions.QueueName == aws_sqs_queue.undelivered.name &&
      aws_cloudwatch_metric_alarm.undelivered.threshold == 0
    )
    error_message = "the queue is watched"
  }
  assert {
    condition     = strcontains(aws_sns_topic_policy.alerts.policy, "cloudwatch.amazonaws.com")
    error_message = "an alarm may publish"
  }
}

run "a_log_policy_for_all_clusters" {
  command = plan
  variables {
    event_log_policy = "shared"
  }
  assert {
    condition = (
      strcontains(aws_cloudwatch_log_resource_policy.events[0].policy_document, "log-group:/aws/events/ecs/*:*") &&
      aws_cloudwatch_log_resource_policy.events[0].policy_name == "ecs-events"
    )
    error_message = "one of the ten there are"
  }
}

run "no_log_policy_where_a_shared_one_is_there" {
  command = plan
  variables {
    event_log_policy = "none"
  }
  assert {
    condition = (
      length(aws_cloudwatch_log_resource_policy.events) == 0 &&
      length(aws_cloudwatch_event_target.log) == 3
    )
    error_message = "the log is written all the same"
  }
}

run "an_unknown_log_policy_is_refused" {
  command = plan
  variables {
    event_log_policy = "off"
  }
  expect_failures = [var.event_log_policy]
}
