variables {
  schedule = {
    timezone = "Europe/Berlin"
    weekdays = [{ at = "07:00", min = 6 }, { at = "20:30", min = 2 }]
    weekend  = [{ at = "10:00", min = 3 }]
  }
  now = "2026-03-27T06:00:00Z" # a Friday, 7:00 in winter
}

run "a_piece_holds_from_its_minute_on" {
  command = plan
  assert {
    condition     = output.in_force == 6
    error_message = "7:00 has begun"
  }
}

run "until_then_the_last_of_the_day_before_holds" {
  command = plan
  variables {
    now = "2026-03-27T05:59:59Z"
  }
  assert {
    condition     = output.in_force == 2
    error_message = "6:59 is still the night's"
  }
}

run "friday_night_lasts_until_the_weekend_begins" {
  command = plan
  variables {
    now = "2026-03-28T08:59:00Z"
  }
  assert {
    condition     = output.in_force == 2
    error_message = "Saturday, 9:59"
  }
}

run "the_weekend_has_its_own" {
  command = plan
  variables {
    now = "2026-03-28T09:00:00Z"
  }
  assert {
    condition     = output.in_force == 3
    error_message = "Saturday, 10:00"
  }
}

run "and_lasts_until_monday_morning" {
  command = plan
  variables {
    now = "2026-03-30T04:59:00Z" # Monday, 6:59 in summer
  }
  assert {
    condition     = output.in_force == 3
    error_message = "Sunday's until 7:00"
  }
}

run "in_summer_it_begins_an_hour_earlier_in_utc" {
  command = plan
  variables {
    now = "2026-03-30T05:00:00Z" # Monday after the clocks went forward, 7:00
  }
  assert {
    condition     = output.in_force == 6
    error_message = "7:00 is 5:00 UTC now"
  }
}

run "west_of_greenwich_the_day_is_another" {
  command = plan
  variables {
    schedule = {
      timezone = "America/New_York"
      weekdays = [{ at = "22:00", min = 5 }]
      weekend  = [{ at = "01:00", min = 1 }]
    }
    now = "2026-07-04T02:00:00Z" # Saturday in UTC, Friday 22:00 there
  }
  assert {
    condition     = output.in_force == 5
    error_message = "Friday's"
  }
}

run "actions_fire_at_the_same_times" {
  command = plan
  assert {
    condition = output.actions == {
      weekdays-0700 = { schedule = "cron(0 7 ? * MON-FRI *)", min = 6, max = null }
      weekdays-2030 = { schedule = "cron(30 20 ? * MON-FRI *)", min = 2, max = null }
      weekend-1000  = { schedule = "cron(0 10 ? * SAT,SUN *)", min = 3, max = null }
    }
    error_message = "one for each piece"
  }
}

run "without_a_weekend_every_day_is_alike" {
  command = plan
  variables {
    schedule = { timezone = "UTC", weekdays = [{ at = "06:05", min = 4 }, { at = "22:00", min = 2 }] }
    now      = "2026-03-29T05:00:00Z"
  }
  assert {
    condition = output.in_force == 2 && output.actions == {
      daily-0605 = { schedule = "cron(5 6 * * ? *)", min = 4, max = null }
      daily-2200 = { schedule = "cron(0 22 * * ? *)", min = 2, max = null }
    }
    error_message = "Saturday and Sunday too"
  }
}

run "no_task_runs_from_the_action_that_says_so_on" {
  command = plan
  variables {
    schedule = {
      timezone = "Europe/Berlin"
      weekdays = [{ at = "05:50", min = 2 }, { at = "22:00", min = 0, max = 0 }]
    }
    most = 9
    now  = "2026-03-27T21:00:00Z" # 22:00 in winter
  }
  assert {
    condition     = output.in_force == 0 && output.most_in_force == 0
    error_message = "22:00 has begun"
  }
  assert {
    condition = output.actions == {
      daily-0550 = { schedule = "cron(50 5 * * ? *)", min = 2, max = 9 }
      daily-2200 = { schedule = "cron(0 22 * * ? *)", min = 0, max = 0 }
    }
    error_message = "the action that starts tasks again says both bounds"
  }
}

run "until_it_by_day_both_bounds_are_the_days" {
  command = plan
  variables {
    schedule = {
      timezone = "Europe/Berlin"
      weekdays = [{ at = "05:50", min = 2 }, { at = "22:00", min = 0, max = 0 }]
    }
    most = 9
    now  = "2026-03-27T20:59:59Z"
  }
  assert {
    condition     = output.in_force == 2 && output.most_in_force == 9
    error_message = "21:59"
  }
}

run "after_midnight_it_is_still_the_evenings_piece_and_summer_time_is_followed" {
  command = plan
  variables {
    schedule = {
      timezone = "Europe/Berlin"
      weekdays = [{ at = "05:50", min = 2 }, { at = "22:00", min = 0, max = 0 }]
    }
    most = 9
    now  = "2026-03-30T03:49:00Z" # Monday after the clocks went forward, 5:49
  }
  assert {
    condition     = output.in_force == 0 && output.most_in_force == 0
    error_message = "the piece wraps midnight"
  }
}

run "and_ends_at_its_local_time" {
  command = plan
  variables {
    schedule = {
      timezone = "Europe/Berlin"
      weekdays = [{ at = "05:50", min = 2 }, { at = "22:00", min = 0, max = 0 }]
    }
    most = 9
    now  = "2026-03-30T03:50:00Z"
  }
  assert {
    condition     = output.in_force == 2 && output.most_in_force == 9
    error_message = "5:50 in summer"
  }
}

run "a_weekend_of_no_tasks_lasts_until_monday_and_no_piece_of_it_leaks_into_friday" {
  command = plan
  variables {
    schedule = {
      timezone = "UTC"
      weekdays = [{ at = "06:00", min = 4, max = 6 }, { at = "20:00", min = 2 }]
      weekend  = [{ at = "00:00", min = 0, max = 0 }]
    }
    most = 9
    now  = "2026-03-30T05:59:00Z" # Monday
  }
  assert {
    condition     = output.in_force == 0 && output.most_in_force == 0
    error_message = "Sunday's until 6:00"
  }
  assert {
    condition     = [for one in values(output.actions) : one.max] == [6, 9, 0]
    error_message = "each says its own"
  }
}

run "without_a_max_nobody_moves_the_maximum" {
  command = plan
  variables {
    most = 9
  }
  assert {
    condition     = output.most_in_force == null
    error_message = "minima alone"
  }
}

run "a_zone_that_is_none_is_refused" {
  command = plan
  variables {
    schedule = { timezone = "CEST", weekdays = [{ at = "07:00", min = 6 }] }
  }
  expect_failures = [output.in_force]
}

run "a_time_that_is_none_is_refused" {
  command = plan
  variables {
    schedule = { timezone = "UTC", weekdays = [{ at = "24:00", min = 6 }] }
  }
  expect_failures = [var.schedule]
}

run "pieces_out_of_order_are_refused" {
  command = plan
  variables {
    schedule = { timezone = "UTC", weekdays = [{ at = "20:00", min = 2 }, { at = "07:00", min = 6 }] }
  }
  expect_failures = [var.schedule]
}

run "a_seventh_piece_is_refused" {
  command = plan
  variables {
    schedule = { timezone = "UTC", weekdays = [for hour in range(7) : { at = "0${hour}:00", min = 2 }] }
  }
  expect_failures = [var.schedule]
}
