# Further metrics: each a ladder out and a term of the joint ratio.
mock_provider "aws" {}

variables {
  cluster_name = "production"
  service_name = "worker"
  scaling      = { min = 2, max = 8 }
}

run "a_queue_joins_the_ladders_and_the_joint_ratio" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id => q.expression }["joint"] ==
      "MAX([cpu_ratio, memory_ratio, queue_ratio])"
    )
    error_message = "one scale-in for all"
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id => q.expression }["queue_ratio"] ==
      "FILL(((visible) / running_tasks) / 20, 1)"
    )
    error_message = "a queue that cannot be seen counts as busy"
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id => q.expression }["visible"] ==
      "FILL(visible_told, 0)"
    )
    error_message = "what the user says of absence"
  }
  assert {
    condition = (
      toset([
        for q in aws_cloudwatch_metric_alarm.in[0].metric_query :
        one(q.metric).metric_name
        if length(q.metric) > 0
      ]) ==
      toset(["CPUUtilization", "MemoryUtilization", "ApproximateNumberOfMessagesVisible", "RunningTaskCount"])
    )
    error_message = "all that the ratio needs is asked"
  }
  assert {
    condition = [
      for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id if q.return_data == true
    ] == ["joint"]
    error_message = "the joint ratio is watched"
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.further["queue"].metric_query : q.id => q.expression }["queue"] ==
      "(visible) / running_tasks" &&
      aws_cloudwatch_metric_alarm.further["queue"].threshold == 100
    )
    error_message = "the value out is the backlog a task"
  }
  assert {
    condition = (
      [for q in aws_cloudwatch_metric_alarm.further["queue"].metric_query : q.id if q.return_data == true] == ["queue"]
    )
    error_message = "the backlog is watched"
  }
  assert {
    condition = (
      length(aws_appautoscaling_policy.out) == 3 &&
      aws_appautoscaling_policy.out["queue"].name == "queue-out"
    )
    error_message = "a ladder each"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.further["queue"].treat_missing_data == "notBreaching"
    error_message = "absence adds no task"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.in[0].alarm_description ==
      "Scale in: CPU of worker under 30 %, memory under 75 % and queue under 20, all at once."
    )
    error_message = "the alarm says what it waits for"
  }
}

run "desired_tasks_can_be_the_divisor" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "desired"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  assert {
    condition = anytrue([
      for q in aws_cloudwatch_metric_alarm.further["queue"].metric_query :
      try(one(q.metric).metric_name == "DesiredTaskCount" && one(q.metric).namespace == "ECS/ContainerInsights", false)
    ])
    error_message = "the count that was asked for"
  }
}

run "a_share_per_target_needs_no_container_insights" {
  command = plan
  variables {
    scaling = {
      min = 2
      max = 8
      metrics = {
        requests = {
          high  = 1000
          low   = 300
          steps = [{ above = 0, add = 1 }]
          sources = {
            per_target = {
              namespace   = "AWS/ApplicationELB"
              metric_name = "RequestCountPerTarget"
              dimensions  = { TargetGroup = "targetgroup/api/0f" }
              stat        = "Sum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id => q.expression }["requests_ratio"] ==
      "FILL((per_target) / 300, 1)"
    )
    error_message = "as it is"
  }
}

run "a_metric_alone_is_enough" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min      = 1
      max      = 8
      cpu      = { enabled = false }
      memory   = { enabled = false }
      scale_in = { steps = [{ below = 1, remove = 1 }] }
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id => q.expression }["joint"] ==
      "MAX([queue_ratio])"
    )
    error_message = "the only term"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.out) == 0 && keys(aws_appautoscaling_policy.out) == ["queue"]
    error_message = "nothing of CPU and memory"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.in[0].alarm_description == "Scale in: queue of worker under 20."
    error_message = "the alarm says what it waits for"
  }
}

run "cpu_can_be_switched_off" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { enabled = false, low = 60 } }
  }
  assert {
    condition = (
      one([
        for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.expression if q.id == "joint"
      ]) == "MAX([memory_ratio])" &&
      !contains(keys(aws_appautoscaling_policy.out), "cpu")
    )
    error_message = "memory alone, and no flap of what is not watched"
  }
}

run "nothing_to_scale_by_is_refused" {
  command = plan
  variables {
    scaling = { min = 2, max = 8, cpu = { enabled = false }, memory = { enabled = false } }
  }
  expect_failures = [var.scaling]
}

run "tasks_that_nobody_counts_are_refused" {
  command = plan
  variables {
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [aws_appautoscaling_target.this]
}

run "a_name_that_is_taken_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        joint = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_name_that_metric_math_does_not_take_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        "my-queue" = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_metric_without_sources_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources  = {}
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "two_sources_without_an_expression_are_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources  = { a = { namespace = "Shop", metric_name = "A" }, b = { namespace = "Shop", metric_name = "B" } }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_source_with_a_name_that_is_taken_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources  = { memory = { namespace = "Shop", metric_name = "A" } }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "two_sources_with_an_expression_are_accepted" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high       = 100
          low        = 20
          steps      = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task   = "running"
          sources    = { a = { namespace = "Shop", metric_name = "A" }, b = { namespace = "Shop", metric_name = "B" } }
          expression = "a + FILL(b, 0) * 1e3"
        }
      }
    }
  }
  assert {
    condition = (
      { for q in aws_cloudwatch_metric_alarm.in[0].metric_query : q.id => q.expression }["queue_ratio"] ==
      "FILL(((a + FILL(b, 0) * 1e3) / running_tasks) / 20, 1)"
    )
    error_message = "the expression as it is"
  }
}

run "a_name_used_twice_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources  = { queue = { namespace = "Shop", metric_name = "A" } }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "an_expression_of_an_unknown_source_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
          expression = "visible + hidden"
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "an_expression_that_leaves_a_source_out_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high       = 100
          low        = 20
          steps      = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task   = "running"
          sources    = { a = { namespace = "Shop", metric_name = "A" }, b = { namespace = "Shop", metric_name = "B" } }
          expression = "a"
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_search_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
          expression = "SUM(SEARCH(visible))"
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_percentile_is_accepted" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources  = { a = { namespace = "Shop", metric_name = "A", stat = "p99.9" } }
        }
      }
    }
  }
}

run "a_statistic_that_is_none_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources  = { a = { namespace = "Shop", metric_name = "A", stat = "Mean" } }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_low_of_0_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 0
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_low_at_its_high_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 100
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "an_unknown_divisor_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "healthy"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_ladder_of_a_metric_out_of_order_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = [{ above = 0, add = 2 }, { above = 10, add = 1 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_metric_without_steps_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 20
          steps    = []
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "a_low_of_a_metric_that_flaps_is_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 67
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
  expect_failures = [var.scaling]
}

run "the_highest_low_of_a_metric_that_does_not_flap_is_accepted" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high     = 100
          low      = 66
          steps    = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          per_task = "running"
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
        }
      }
    }
  }
}

run "a_total_cannot_flap" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high  = 100
          low   = 67
          steps = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          sources = {
            visible = {
              namespace   = "AWS/SQS"
              metric_name = "ApproximateNumberOfMessagesVisible"
              dimensions  = { QueueName = "orders" }
              stat        = "Maximum"
              missing     = 0
            }
          }
          divided = false
        }
      }
    }
  }
}

run "ten_metrics_are_accepted" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high  = 100
          low   = 20
          steps = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          sources = {
            m0 = { namespace = "Shop", metric_name = "M0" }
            m1 = { namespace = "Shop", metric_name = "M1" }
            m2 = { namespace = "Shop", metric_name = "M2" }
            m3 = { namespace = "Shop", metric_name = "M3" }
            m4 = { namespace = "Shop", metric_name = "M4" }
            m5 = { namespace = "Shop", metric_name = "M5" }
            m6 = { namespace = "Shop", metric_name = "M6" }
            m7 = { namespace = "Shop", metric_name = "M7" }
          }
          expression = "m0 + m1 + m2 + m3 + m4 + m5 + m6 + m7"
        }
      }
    }
  }
  assert {
    condition     = length(local.joint_asked) == 10
    error_message = "as many as an alarm takes"
  }
}

run "more_metrics_than_an_alarm_takes_are_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high  = 100
          low   = 20
          steps = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          sources = {
            m0 = { namespace = "Shop", metric_name = "M0" }
            m1 = { namespace = "Shop", metric_name = "M1" }
            m2 = { namespace = "Shop", metric_name = "M2" }
            m3 = { namespace = "Shop", metric_name = "M3" }
            m4 = { namespace = "Shop", metric_name = "M4" }
            m5 = { namespace = "Shop", metric_name = "M5" }
            m6 = { namespace = "Shop", metric_name = "M6" }
            m7 = { namespace = "Shop", metric_name = "M7" }
            m8 = { namespace = "Shop", metric_name = "M8" }
          }
          expression = "m0 + m1 + m2 + m3 + m4 + m5 + m6 + m7 + m8"
        }
      }
    }
  }
  expect_failures = [aws_cloudwatch_metric_alarm.in]
}

run "more_expressions_than_an_alarm_takes_are_refused" {
  command = plan
  variables {
    container_insights = true
    scaling = {
      min = 2
      max = 8
      metrics = {
        queue = {
          high  = 100
          low   = 20
          steps = [{ above = 0, add = 1 }, { above = 100, add = 4 }]
          sources = {
            m0 = { namespace = "Shop", metric_name = "M0", missing = 0 }
            m1 = { namespace = "Shop", metric_name = "M1", missing = 0 }
            m2 = { namespace = "Shop", metric_name = "M2", missing = 0 }
            m3 = { namespace = "Shop", metric_name = "M3", missing = 0 }
            m4 = { namespace = "Shop", metric_name = "M4", missing = 0 }
            m5 = { namespace = "Shop", metric_name = "M5", missing = 0 }
            m6 = { namespace = "Shop", metric_name = "M6", missing = 0 }
          }
          expression = "m0 + m1 + m2 + m3 + m4 + m5 + m6"
        }
      }
    }
  }
  expect_failures = [aws_cloudwatch_metric_alarm.in]
}

run "the_arn_of_a_cluster_is_refused" {
  command = plan
  variables {
    cluster_name = "arn:aws:ecs:us-east-1:111122223333:cluster/production"
  }
  expect_failures = [var.cluster_name]
}

run "the_arn_of_a_service_is_refused" {
  command = plan
  variables {
    service_name = "arn:aws:ecs:us-east-1:111122223333:service/production/api"
  }
  expect_failures = [var.service_name]
}

run "a_name_with_spaces_is_refused" {
  command = plan
  variables {
    name = "my alarms"
  }
  expect_failures = [var.name]
}

run "a_name_of_ones_own_begins_every_alarm" {
  command = plan
  variables {
    name = "shop/Worker"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.out["cpu"].alarm_name == "shop/Worker-cpu-high" &&
      aws_cloudwatch_metric_alarm.in[0].alarm_name == "shop/Worker-joint-low"
    )
    error_message = "the stem"
  }
}
