mock_provider "aws" {}

variables {
  cluster_name = "production"
  service_name = "api"
  scaling      = { min = 2, max = 8, tracking = { cpu = 60, memory = 80 } }
}

run "target_tracking_stands_in_the_place_of_all_steps" {
  command = plan
  assert {
    condition = (
      length(aws_appautoscaling_policy.out) == 0 && length(aws_appautoscaling_policy.in) == 0 &&
      length(aws_cloudwatch_metric_alarm.out) == 0 && length(aws_cloudwatch_metric_alarm.in) == 0
    )
    error_message = "no step policy beside it, and no alarm: AWS makes its own"
  }
  assert {
    condition = { for key, one in aws_appautoscaling_policy.tracking : key => [
      one.name,
      one.policy_type,
      one.target_tracking_scaling_policy_configuration[0].target_value,
      one.target_tracking_scaling_policy_configuration[0].scale_out_cooldown,
      one.target_tracking_scaling_policy_configuration[0].scale_in_cooldown,
      one.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type,
      ] } == {
      cpu    = ["cpu-tracking", "TargetTrackingScaling", 60, 60, 300, "ECSServiceAverageCPUUtilization"]
      memory = ["memory-tracking", "TargetTrackingScaling", 80, 60, 300, "ECSServiceAverageMemoryUtilization"]
    }
    error_message = "one policy for each target"
  }
  assert {
    condition     = length(output.alarm_names) == 0
    error_message = "no alarm of its own"
  }
}

run "cpu_alone_is_tracked_where_memory_has_no_target" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, tracking = { cpu = 60 }, out_cooldown = 300, in_cooldown = 300 }
  }
  assert {
    condition     = keys(aws_appautoscaling_policy.tracking) == ["cpu"]
    error_message = "memory has none"
  }
}

run "a_target_of_all_there_is_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, tracking = { cpu = 100 } }
  }
  expect_failures = [var.scaling]
}

run "a_memory_target_of_nothing_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, tracking = { cpu = 60, memory = 0 } }
  }
  expect_failures = [var.scaling]
}

run "tracking_that_waits_longer_to_grow_than_to_shrink_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, tracking = { cpu = 60 }, out_cooldown = 301, in_cooldown = 300 }
  }
  expect_failures = [var.scaling]
}

run "steps_that_wait_as_long_to_grow_as_to_shrink_are_refused_as_ever" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_cooldown = 300, in_cooldown = 300 }
  }
  expect_failures = [var.scaling]
}

run "tracking_beside_a_metric_that_steps_follow_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 8
      tracking = { cpu = 60 }
      metrics = { queue = {
        high    = 100
        low     = 20
        steps   = [{ above = 0, add = 1 }]
        sources = { visible = { namespace = "AWS/SQS", metric_name = "ApproximateNumberOfMessagesVisible" } }
      } }
    }
  }
  expect_failures = [var.scaling]
}
