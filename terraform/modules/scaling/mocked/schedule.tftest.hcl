mock_provider "aws" {}

variables {
  cluster_name = "production"
  service_name = "api"
  scaling = {
    min = 2
    max = 9
    schedule = {
      timezone = "Europe/Berlin"
      weekdays = [{ at = "00:00", min = 6 }, { at = "12:00", min = 6 }]
      weekend  = [{ at = "00:00", min = 6 }, { at = "12:00", min = 2 }]
    }
  }
}

run "each_piece_is_a_scheduled_action_in_its_time_zone" {
  command = plan
  assert {
    condition = { for key, one in aws_appautoscaling_scheduled_action.this : key => [
      one.schedule, one.timezone, one.scalable_target_action[0].min_capacity
      ] } == {
      weekdays-0000 = ["cron(0 0 ? * MON-FRI *)", "Europe/Berlin", "6"]
      weekdays-1200 = ["cron(0 12 ? * MON-FRI *)", "Europe/Berlin", "6"]
      weekend-0000  = ["cron(0 0 ? * SAT,SUN *)", "Europe/Berlin", "6"]
      weekend-1200  = ["cron(0 12 ? * SAT,SUN *)", "Europe/Berlin", "2"]
    }
    error_message = "four actions"
  }
}

run "the_target_has_the_minimum_that_is_in_force" {
  command = plan
  variables {
    scaling = {
      min      = 3
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 3 }, { at = "00:01", min = 3 }] }
    }
  }
  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 3 && aws_appautoscaling_target.this.max_capacity == 9
    error_message = "the same all day"
  }
}

run "a_minimum_above_the_maximum_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 2 }, { at = "08:00", min = 10 }] }
    }
  }
  expect_failures = [var.scaling]
}

run "a_piece_below_min_is_refused_for_nothing_was_checked_of_it" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 1 }, { at = "08:00", min = 6 }] }
    }
  }
  expect_failures = [var.scaling]
}

run "no_task_at_night_and_both_bounds_come_back" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 0, max = 0 }, { at = "06:00", min = 2 }] }
    }
  }
  assert {
    condition = { for key, one in aws_appautoscaling_scheduled_action.this : key => [
      one.scalable_target_action[0].min_capacity, one.scalable_target_action[0].max_capacity
    ] } == { daily-0000 = ["0", "0"], daily-0600 = ["2", "9"] }
    error_message = "both, both times"
  }
}

run "no_piece_but_nights_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 0, max = 0 }] }
    }
  }
  expect_failures = [var.scaling]
}

run "a_minimum_of_0_with_room_above_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 0 }, { at = "06:00", min = 2 }] }
    }
  }
  expect_failures = [var.scaling]
}

run "a_maximum_of_0_below_a_minimum_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 2, max = 0 }, { at = "06:00", min = 2 }] }
    }
  }
  expect_failures = [var.scaling]
}

run "a_pieces_maximum_above_the_services_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 2, max = 10 }, { at = "06:00", min = 2 }] }
    }
  }
  expect_failures = [var.scaling]
}

run "the_services_own_bounds_are_never_0" {
  command = plan
  variables {
    scaling = { min = 0, max = 0 }
  }
  expect_failures = [var.scaling]
}

run "a_min_that_no_piece_has_is_refused" {
  command = plan
  variables {
    scaling = {
      min      = 2
      max      = 9
      schedule = { timezone = "UTC", weekdays = [{ at = "00:00", min = 3 }, { at = "08:00", min = 6 }] }
    }
  }
  expect_failures = [var.scaling]
}
