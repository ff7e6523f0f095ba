mock_provider "aws" {}

variables {
  cluster_name = "production"
  service_name = "api"
  scaling      = { min = 2, max = 8 }
}

run "plain_bounds_are_accepted" {
  command = plan
  assert {
    condition     = length(aws_appautoscaling_policy.out) == 2
    error_message = "two ladders out"
  }
  assert {
    condition = (
      [for m in aws_cloudwatch_metric_alarm.in[0].metric_query : m.expression if m.id == "joint"][0] ==
      "MAX([cpu_ratio, memory_ratio])"
    )
    error_message = "one joint scale-in"
  }
  assert {
    condition = (
      aws_appautoscaling_target.this.resource_id == "service/production/api" &&
      aws_cloudwatch_metric_alarm.in[0].alarm_name == "production-api-joint-low"
    )
    error_message = "the names say whose they are"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.in[0].alarm_description ==
      "Scale in: CPU of api under 30 % and memory under 75 %, both at once."
    )
    error_message = "the alarm says what it waits for"
  }
  assert {
    condition     = aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].cooldown == 300
    error_message = "cooldown in is explicit"
  }
}

run "a_single_task_is_accepted" {
  command = plan
  variables {
    scaling = { min = 1, max = 1 }
  }
}

run "a_floor_of_no_tasks_is_refused" {
  command = plan
  variables {
    scaling = { min = 0, max = 2 }
  }
  expect_failures = [var.scaling]
}

run "half_a_task_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 2.5 }
  }
  expect_failures = [var.scaling]
}

run "more_tasks_than_ecs_runs_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 5001 }
  }
  expect_failures = [var.scaling]
}

run "max_equal_to_min_is_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 2 }
  }
}

run "max_below_min_is_refused" {
  command = plan
  variables {
    scaling = { min = 3, max = 2 }
  }
  expect_failures = [var.scaling]
}

run "thresholds_in_order_are_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { low = 40, high = 75 }, memory = { low = 80, high = 95 } }
  }
}

run "a_low_above_its_high_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, memory = { low = 80, high = 80 } }
  }
  expect_failures = [var.scaling]
}

run "a_low_of_0_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, memory = { low = 0 } }
  }
  expect_failures = [var.scaling]
}

run "a_high_of_100_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, memory = { high = 100 } }
  }
  expect_failures = [var.scaling]
}

run "a_cooldown_in_of_60_is_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, in_cooldown = 60, out_cooldown = 59 }
  }
}

run "a_cooldown_in_of_59_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, in_cooldown = 59, out_cooldown = 30 }
  }
  expect_failures = [var.scaling]
}

run "a_cooldown_out_of_0_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_cooldown = 0 }
  }
  expect_failures = [var.scaling]
}

run "a_cooldown_out_as_long_as_in_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_cooldown = 300 }
  }
  expect_failures = [var.scaling]
}

run "a_ladder_of_three_is_accepted" {
  command = plan
  variables {
    scaling = {
      min = 2
      max = 8
      cpu = { steps = [{ above = 0, add = 1 }, { above = 10, add = 2 }, { above = 20, add = 4 }] }
    }
  }
  assert {
    condition = (
      [
        for s in aws_appautoscaling_policy.out["cpu"].step_scaling_policy_configuration[0].step_adjustment :
        s.metric_interval_upper_bound
        if s.scaling_adjustment == 1
      ][0] == "10"
    )
    error_message = "a step ends where the next begins"
  }
  assert {
    condition = (
      length([
        for s in aws_appautoscaling_policy.out["cpu"].step_scaling_policy_configuration[0].step_adjustment :
        s
        if s.scaling_adjustment == 4 && (s.metric_interval_upper_bound == null || s.metric_interval_upper_bound == "")
      ]) == 1
    )
    error_message = "the top step is open"
  }
}

run "a_ladder_without_steps_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { steps = [] } }
  }
  expect_failures = [var.scaling]
}

run "a_ladder_that_begins_above_its_threshold_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { steps = [{ above = 5, add = 1 }] } }
  }
  expect_failures = [var.scaling]
}

run "a_ladder_out_of_order_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { steps = [{ above = 0, add = 2 }, { above = 10, add = 1 }] } }
  }
  expect_failures = [var.scaling]
}

run "a_ladder_of_half_tasks_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, memory = { steps = [{ above = 0, add = 1.5 }] } }
  }
  expect_failures = [var.scaling]
}

run "a_scale_in_ladder_of_two_is_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, scale_in = { steps = [{ below = 1, remove = 1 }, { below = 0.25, remove = 3 }] } }
  }
  assert {
    condition = (
      length([
        for s in aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].step_adjustment :
        s
        if s.scaling_adjustment == -3 &&
        s.metric_interval_upper_bound == "-0.75" &&
        (s.metric_interval_lower_bound == null || s.metric_interval_lower_bound == "")
      ]) == 1
    )
    error_message = "the bottom step is open below"
  }
}

run "a_scale_in_ladder_without_steps_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, scale_in = { steps = [] } }
  }
  expect_failures = [var.scaling]
}

run "a_scale_in_ladder_that_begins_below_1_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, scale_in = { steps = [{ below = 0.9, remove = 1 }] } }
  }
  expect_failures = [var.scaling]
}

run "a_scale_in_ladder_out_of_order_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, scale_in = { steps = [{ below = 1, remove = 1 }, { below = 0.5, remove = 1 }] } }
  }
  expect_failures = [var.scaling]
}

run "the_highest_low_that_does_not_flap_is_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { low = 46, high = 70 } }
  }
}

run "a_low_that_flaps_at_the_floor_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { low = 47, high = 70 } }
  }
  expect_failures = [var.scaling]
}

run "a_big_step_in_that_flaps_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { low = 40, high = 70 }, scale_in = { steps = [{ below = 1, remove = 2 }] } }
  }
  expect_failures = [var.scaling]
}

run "a_fixed_count_cannot_flap" {
  command = plan
  variables {
    scaling = { min = 2, max = 2, cpu = { low = 60 } }
  }
}

run "a_period_of_five_minutes_is_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, period = 300 }
  }
}

run "a_period_of_90_seconds_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, period = 90 }
  }
  expect_failures = [var.scaling]
}

run "all_of_the_periods_are_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_periods = 3, out_datapoints = 3 }
  }
}

run "more_datapoints_than_periods_are_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_periods = 3, out_datapoints = 4 }
  }
  expect_failures = [var.scaling]
}

run "more_datapoints_in_than_periods_are_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, in_periods = 10, in_datapoints = 11 }
  }
  expect_failures = [var.scaling]
}

run "an_alarm_window_over_a_day_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, period = 300, in_periods = 289, in_datapoints = 1 }
  }
  expect_failures = [var.scaling]
}

run "growing_as_slowly_as_shrinking_is_accepted" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_periods = 10 }
  }
}

run "growing_more_slowly_than_shrinking_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, out_periods = 11 }
  }
  expect_failures = [var.scaling]
}

run "bounds_are_what_aws_keeps_of_them" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 8
      scale_in = { steps = [{ below = 1, remove = 1 }, { below = 0.6, remove = 2 }, { below = 0.35, remove = 3 }] }
    }
  }
  assert {
    condition = (
      join(
        " ",
        sort([
          for step in aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].step_adjustment :
          step.metric_interval_upper_bound
        ])
      ) == "-0.4 -0.65 0"
    )
    error_message = "a bound with a hundred digits is a difference at every plan"
  }
}

run "no_fast_alarm_unless_it_is_asked_for" {
  command = plan
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.fast) == 0
    error_message = "an alarm of 20 s that nobody asked for"
  }
}

run "a_fast_alarm_stands_beside_the_slow_one" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { high = 60 }, fast_signals = true }
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.fast[0].period == 20 &&
      aws_cloudwatch_metric_alarm.fast[0].alarm_name == "production-api-cpu-high-fast" &&
      aws_cloudwatch_metric_alarm.fast[0].treat_missing_data == "notBreaching"
    )
    error_message = "20 s, and quiet where the metric is published each minute"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.out["cpu"].period == 60 &&
      aws_cloudwatch_metric_alarm.out["cpu"].threshold == aws_cloudwatch_metric_alarm.fast[0].threshold
    )
    error_message = "the alarm of a minute stays, at the same threshold: both call one ladder"
  }
}

run "a_fast_alarm_without_cpu_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { enabled = false }, fast_signals = true }
  }
  expect_failures = [var.scaling]
}

run "steps_in_are_tasks_unless_told_otherwise" {
  command = plan
  assert {
    condition = (
      aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].adjustment_type == "ChangeInCapacity" &&
      aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].min_adjustment_magnitude == null
    )
    error_message = "tasks, and no least number of them, which AWS would refuse"
  }
}

run "steps_in_of_percent_take_more_than_the_smallest_fleet_has" {
  command = plan
  variables {
    scaling = {
      min                         = 2
      max                         = 200
      cpu                         = { high = 70, low = 34 }
      scale_in                    = { steps = [{ below = 1, remove = 20 }, { below = 0.5, remove = 50 }] }
      in_adjustment_type          = "PercentChangeInCapacity"
      in_min_adjustment_magnitude = 2
    }
  }
  assert {
    condition = [
      aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].adjustment_type,
      aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].min_adjustment_magnitude,
      [
        for one in aws_appautoscaling_policy.in[0].step_scaling_policy_configuration[0].step_adjustment :
        one.scaling_adjustment
      ],
    ] == ["PercentChangeInCapacity", 2, [-20, -50]]
    error_message = "percent, two tasks at least"
  }
  assert {
    condition = alltrue([for one in aws_appautoscaling_policy.out :
      one.step_scaling_policy_configuration[0].adjustment_type == "ChangeInCapacity"
    ])
    error_message = "scale-out stays in tasks"
  }
}

run "a_share_that_flaps_is_refused" {
  command = plan
  variables {
    scaling = {
      min                = 50
      max                = 200
      cpu                = { high = 70, low = 35 }
      scale_in           = { steps = [{ below = 1, remove = 50 }] }
      in_adjustment_type = "PercentChangeInCapacity"
    }
  }
  expect_failures = [var.scaling]
}

run "the_least_of_a_share_that_flaps_at_the_floor_is_refused" {
  command = plan
  variables {
    scaling = {
      min                         = 2
      max                         = 200
      cpu                         = { high = 70, low = 35 }
      scale_in                    = { steps = [{ below = 1, remove = 10 }] }
      in_adjustment_type          = "PercentChangeInCapacity"
      in_min_adjustment_magnitude = 2
    }
  }
  expect_failures = [var.scaling]
}

run "a_share_of_all_tasks_is_refused" {
  command = plan
  variables {
    scaling = {
      min                = 2
      max                = 2
      scale_in           = { steps = [{ below = 1, remove = 100 }] }
      in_adjustment_type = "PercentChangeInCapacity"
    }
  }
  expect_failures = [var.scaling]
}

run "an_exact_count_in_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, in_adjustment_type = "ExactCapacity" }
  }
  expect_failures = [var.scaling]
}

run "a_least_number_of_tasks_with_steps_of_tasks_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, in_min_adjustment_magnitude = 2 }
  }
  expect_failures = [var.scaling]
}

run "a_least_of_no_task_is_refused" {
  command = plan
  variables {
    scaling = {
      min                         = 2
      max                         = 8
      in_adjustment_type          = "PercentChangeInCapacity"
      in_min_adjustment_magnitude = 0
    }
  }
  expect_failures = [var.scaling]
}
