variable "cluster_name" {
  description = "Name of the cluster, not its ARN: metrics and the scalable target know it by its name."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9_-]{1,255}$", var.cluster_name))
    error_message = join(" ", [
      "cluster_name is \"${var.cluster_name}\". Give the cluster's name (letters, digits, hyphens, underscores),",
      "not its ARN: a target made of an ARN is refused, and an alarm on one never has data.",
    ])
  }
}

variable "service_name" {
  description = "Name of the ECS service, whoever made it."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9_-]{1,255}$", var.service_name))
    error_message = join(" ", [
      "service_name is \"${var.service_name}\".",
      "Give the service's name (letters, digits, hyphens, underscores), not its ARN.",
    ])
  }
}

variable "service_id" {
  description = <<-EOT
    The service's ARN (`aws_ecs_service.NAME.id`), where it is made in the same configuration: a replaced service loses
    its scalable target without a word, and this makes it anew. Null where the service is another's.
  EOT
  type        = string
  default     = null
}

variable "name" {
  description = "Stem of the alarms' names, NAME-cpu-high and so on; null for CLUSTER-SERVICE."
  type        = string
  default     = null

  validation {
    condition = var.name == null ? true : can(regex("^[!-~]{1,200}$", var.name))
    error_message = join(" ", [
      "name is \"${coalesce(var.name, "-")}\". It must be 1 to 200 printable characters without spaces:",
      "an alarm's name has at most 255, and an ending is added.",
    ])
  }
}

variable "tags" {
  description = "Tags of the scalable target and the alarms (policies take none)."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "container_insights" {
  description = "Whether the cluster has Container Insights: nothing else counts tasks, which `per_task` divides by."
  type        = bool
  default     = false
  nullable    = false
}

variable "scaling" {
  description = <<-EOT
    Bounds and step policies. `cpu` and `memory` each give a scale-out ladder: alarm above `high` percent, `steps` by
    how far above it the metric is. Either is switched off by `enabled = false` where it says nothing of the load.
    `metrics` are further ones by name, each a ladder of its own and a term of the joint ratio. A metric is made of
    `sources`, CloudWatch metrics by an id; of several, `expression` makes one value. `per_task` divides it by the
    running or desired tasks. `high`, `low` and `above` are in its unit. A source's `missing` is the value that its
    absence means; without one, absence keeps every task. `divided` is false where a task less does not raise the value
    for the others.
    There is one scale-in for all: it fires while MAX([CPU / cpu.low, memory / memory.low, METRIC / METRIC.low]) is
    under 1, with `scale_in.steps` by that ratio.
    `in_adjustment_type` says what `remove` of `scale_in.steps` is: tasks (`ChangeInCapacity`), or percent of the tasks
    that run (`PercentChangeInCapacity`), of which a step takes at least `in_min_adjustment_magnitude` tasks.
    `fast_signals` sets an alarm of 20 s beside CPU's, on the same policy. It needs CPU published every 20 s
    (`monitoring` of the service, which the provider cannot set: `aws ecs update-service --monitoring` does). Where it
    is not, that alarm never fires and the one of `period` scales as before.
    `schedule` has the least number of tasks vary over the day: from `at` (HH:MM in `timezone`) on at least `min`, by
    scheduled actions of AWS, at most 6 a day; `weekend` where Saturday and Sunday have others. `min` is the least of
    them. A plan between two actions finds nothing to change. A piece may have a `max` of its own; min = 0 with max = 0
    is one in which no task runs, and the piece after it brings both bounds back.
    `tracking` is target tracking in the place of all step policies: AWS keeps CPU (and memory, where a target is given)
    near so many percent by alarms of its own. Of the other fields only `min`, `max` and the two cooldowns count then.
    A low threshold must lie where removing a task cannot push the metric back over `high`, and memory's must lie above
    what an idle task holds, else the fleet never shrinks.
  EOT
  type = object({
    min = number
    max = number
    cpu = optional(object({
      enabled = optional(bool, true)
      high    = optional(number, 70)
      low     = optional(number, 30)
      steps = optional(
        list(object({ above = number, add = number })),
        [{ above = 0, add = 1 }, { above = 15, add = 2 }]
      )
    }), {})
    memory = optional(object({
      enabled = optional(bool, true)
      high    = optional(number, 90)
      low     = optional(number, 75)
      steps = optional(
        list(object({ above = number, add = number })),
        [{ above = 0, add = 1 }, { above = 5, add = 2 }]
      )
    }), {})
    metrics = optional(map(object({
      high       = number
      low        = number
      steps      = list(object({ above = number, add = number }))
      expression = optional(string)
      per_task   = optional(string)
      divided    = optional(bool, true)
      sources = map(object({
        namespace   = string
        metric_name = string
        dimensions  = optional(map(string), {})
        stat        = optional(string, "Average")
        missing     = optional(number)
      }))
    })), {})
    scale_in = optional(object({
      steps = optional(
        list(object({ below = number, remove = number })),
        [{ below = 1, remove = 1 }, { below = 0.5, remove = 2 }]
      )
    }), {})
    schedule = optional(object({
      timezone = string
      weekdays = list(object({ at = string, min = number, max = optional(number) }))
      weekend  = optional(list(object({ at = string, min = number, max = optional(number) })))
    }))
    tracking = optional(object({
      cpu    = number
      memory = optional(number)
    }))
    out_cooldown   = optional(number, 60)
    in_cooldown    = optional(number, 300)
    period         = optional(number, 60)
    out_periods    = optional(number, 3)
    out_datapoints = optional(number, 2)
    in_periods     = optional(number, 10)
    in_datapoints  = optional(number, 10)
    fast_signals   = optional(bool, false)

    in_adjustment_type          = optional(string, "ChangeInCapacity")
    in_min_adjustment_magnitude = optional(number, 1)
  })
  nullable = false

  validation {
    condition = (
      var.scaling.min >= 1 && floor(var.scaling.min) == var.scaling.min &&
      floor(var.scaling.max) == var.scaling.max && var.scaling.max <= 5000
    )
    error_message = join(" ", [
      "scaling.min is ${var.scaling.min} and max ${var.scaling.max}. Both are whole numbers, min at least 1: a service",
      "of no tasks reports no metric, so no alarm would ever bring it back. ECS runs at most 5000 tasks a service.",
    ])
  }

  validation {
    condition = var.scaling.max >= var.scaling.min
    error_message = join(" ", [
      "scaling.max (${var.scaling.max}) is below min (${var.scaling.min}).",
      "Raise max or lower min; neither is changed for you.",
    ])
  }

  validation {
    condition = alltrue([for one in [var.scaling.cpu, var.scaling.memory] :
      one.low > 0 && one.low < one.high && one.high < 100
    ])
    error_message = join(" ", [
      "scaling thresholds are CPU ${var.scaling.cpu.low}/${var.scaling.cpu.high} and memory",
      "${var.scaling.memory.low}/${var.scaling.memory.high} (low/high percent). Each needs 0 < low < high < 100:",
      "utilisation against a task's size cannot pass 100.",
    ])
  }

  validation {
    condition = var.scaling.in_cooldown >= 60
    error_message = join(" ", [
      "scaling.in_cooldown is ${var.scaling.in_cooldown} s. It must be at least 60:",
      "a metric is a minute old before it shows what the last step did.",
    ])
  }

  validation {
    condition = var.scaling.out_cooldown > 0 && (
      var.scaling.out_cooldown < var.scaling.in_cooldown ||
      (var.scaling.tracking != null && var.scaling.out_cooldown == var.scaling.in_cooldown)
    )
    error_message = join(" ", [
      "scaling.out_cooldown is ${var.scaling.out_cooldown} s and in_cooldown ${var.scaling.in_cooldown} s.",
      "Out must be above 0 and shorter than in (with tracking as long at most):",
      "grow fast, shrink slowly; the other way round flaps.",
    ])
  }

  validation {
    condition = var.scaling.schedule == null ? true : (
      alltrue([for piece in concat(var.scaling.schedule.weekdays, coalesce(var.scaling.schedule.weekend, [])) :
        floor(piece.min) == piece.min && piece.min <= coalesce(piece.max, var.scaling.max) &&
        floor(coalesce(piece.max, 0)) == coalesce(piece.max, 0) && coalesce(piece.max, 0) <= var.scaling.max
      ]) &&
      var.scaling.min == try(min([
        for piece in concat(var.scaling.schedule.weekdays, coalesce(var.scaling.schedule.weekend, [])) :
        piece.min if piece.min != 0
      ]...), 0)
    )
    error_message = join(" ", [
      "scaling.schedule has minima",
      try(join(", ", concat(var.scaling.schedule.weekdays, coalesce(var.scaling.schedule.weekend, []))[*].min), ""),
      "with min = ${var.scaling.min} and max = ${var.scaling.max}.",
      "They are whole numbers up to max, and min is the least of them: what is checked of min holds for each.",
      "Pieces of min = 0 and max = 0 do not count there, and not all may be such; a piece's max is whole too, and",
      "not above the service's.",
    ])
  }

  # Consent to no tasks is a 0 written twice: a minimum of 0 by itself is what nothing would ever scale out from.
  validation {
    condition = var.scaling.schedule == null ? true : alltrue([
      for piece in concat(var.scaling.schedule.weekdays, coalesce(var.scaling.schedule.weekend, [])) :
      (piece.min == 0) == (piece.max == null ? false : piece.max == 0)
    ])
    error_message = join(" ", [
      "scaling.schedule has a 0 that stands alone, at",
      format("%s.", try(join(", ", [
        for piece in concat(var.scaling.schedule.weekdays, coalesce(var.scaling.schedule.weekend, [])) : piece.at
        if(piece.min == 0) != (piece.max == null ? false : piece.max == 0)
      ]), "")),
      "Say min = 0 and max = 0 where no task is to run: the next piece starts some again. Elsewhere neither is 0:",
      "a service of no tasks reports no metric, so no alarm would ever bring it back.",
    ])
  }

  validation {
    condition = var.scaling.tracking == null ? true : (
      var.scaling.tracking.cpu > 0 && var.scaling.tracking.cpu < 100 &&
      (var.scaling.tracking.memory == null ? true :
      var.scaling.tracking.memory > 0 && var.scaling.tracking.memory < 100)
    )
    error_message = join(" ", [
      "scaling.tracking aims at CPU ${try(var.scaling.tracking.cpu, 0)} % and memory",
      "${try(coalesce(var.scaling.tracking.memory), "none")}.",
      "Each is above 0 and below 100 percent of the task's size: at 100 there is nothing left to notice it by.",
    ])
  }

  validation {
    condition = var.scaling.tracking == null || length(var.scaling.metrics) == 0
    error_message = join(" ", [
      "scaling has tracking, and metrics (${join(", ", keys(var.scaling.metrics))}) that only step policies follow.",
      "Leave one of the two out: with tracking no step policy is made.",
    ])
  }

  validation {
    condition = alltrue([for ladder in concat(
      [var.scaling.cpu.steps, var.scaling.memory.steps],
      [for one in values(var.scaling.metrics) : one.steps],
      ) :
      length(ladder) >= 1 && length(ladder) <= 20 && try(ladder[0].above, -1) == 0 &&
      alltrue([for i in range(1, max(1, length(ladder))) :
        ladder[i].above > ladder[i - 1].above && ladder[i].add > ladder[i - 1].add
      ]) &&
      alltrue([for step in ladder : step.add >= 1 && floor(step.add) == step.add])
    ])
    error_message = join(" ", [
      "scaling has steps of cpu, memory or a metric that are no ladder. It takes 1 to 20 steps,",
      "the first with above = 0, each next one higher in both above and add, and add in whole tasks.",
      "Bounds are made from it, so that no gap or overlap can arise.",
    ])
  }

  validation {
    condition = (
      length(var.scaling.scale_in.steps) >= 1 && length(var.scaling.scale_in.steps) <= 20 &&
      try(var.scaling.scale_in.steps[0].below, 0) == 1 &&
      alltrue([for i in range(1, max(1, length(var.scaling.scale_in.steps))) :
        var.scaling.scale_in.steps[i].below < var.scaling.scale_in.steps[i - 1].below &&
        var.scaling.scale_in.steps[i].remove > var.scaling.scale_in.steps[i - 1].remove
      ]) &&
      alltrue([for step in var.scaling.scale_in.steps :
        step.below > 0 && step.remove >= 1 && floor(step.remove) == step.remove
      ])
    )
    error_message = join(" ", [
      "scaling.scale_in.steps is no ladder. It takes 1 to 20 steps, the first with below = 1 (the joint ratio at which",
      "scale-in begins), each next one lower in below, still above 0, and higher in remove, which is in whole tasks,",
      "or in whole percent where in_adjustment_type says so.",
    ])
  }

  validation {
    condition = contains(["ChangeInCapacity", "PercentChangeInCapacity"], var.scaling.in_adjustment_type)
    error_message = join(" ", [
      "scaling.in_adjustment_type is ${var.scaling.in_adjustment_type}. Say ChangeInCapacity (steps in are tasks) or",
      "PercentChangeInCapacity (percent of the tasks that run); an exact count is no step.",
    ])
  }

  validation {
    condition = (
      var.scaling.in_min_adjustment_magnitude >= 1 &&
      floor(var.scaling.in_min_adjustment_magnitude) == var.scaling.in_min_adjustment_magnitude &&
      (var.scaling.in_adjustment_type != "ChangeInCapacity" || var.scaling.in_min_adjustment_magnitude == 1)
    )
    error_message = join(" ", [
      "scaling.in_min_adjustment_magnitude is ${var.scaling.in_min_adjustment_magnitude} with",
      "in_adjustment_type = ${var.scaling.in_adjustment_type}. It is a whole number of tasks from 1 on, and counts for",
      "steps in percent alone: with others AWS refuses it.",
    ])
  }

  validation {
    condition = (
      var.scaling.in_adjustment_type != "PercentChangeInCapacity" ||
      alltrue([for step in var.scaling.scale_in.steps : step.remove < 100])
    )
    error_message = join(" ", [
      "scaling.scale_in.steps remove ${join(", ", var.scaling.scale_in.steps[*].remove)} percent. Less than 100 each:",
      "a step of all tasks leaves the minimum, whatever the load.",
    ])
  }

  validation {
    condition = var.scaling.max == var.scaling.min || !var.scaling.cpu.enabled || alltrue([
      for step in var.scaling.scale_in.steps :
      # Percent take their share of any fleet, and of the smallest the least number of tasks.
      step.below * var.scaling.cpu.low * (
        var.scaling.in_adjustment_type != "PercentChangeInCapacity"
        ? (var.scaling.min + step.remove) / var.scaling.min
        : max(
          (var.scaling.min + var.scaling.in_min_adjustment_magnitude) / var.scaling.min,
          100 / max(1, 100 - step.remove)
        )
      ) < var.scaling.cpu.high
    ])
    error_message = join(" ", [
      "scaling would flap: with min = ${var.scaling.min}, removing tasks at cpu.low = ${var.scaling.cpu.low} %",
      "leaves the rest above cpu.high = ${var.scaling.cpu.high} % (low x (min + remove) / min must stay under high",
      "for every scale-in step; of percent, low x 100 / (100 - remove) and low x (min + in_min_adjustment_magnitude) /",
      "min). Lower cpu.low, raise min, or remove less a step.",
    ])
  }

  validation {
    condition = contains([60, 120, 180, 240, 300], var.scaling.period)
    error_message = join(" ", [
      "scaling.period is ${var.scaling.period} s.",
      "ECS publishes a point a minute: use 60, 120, 180, 240 or 300.",
    ])
  }

  validation {
    condition = (
      var.scaling.out_datapoints >= 1 && var.scaling.out_datapoints <= var.scaling.out_periods &&
      var.scaling.in_datapoints >= 1 && var.scaling.in_datapoints <= var.scaling.in_periods &&
      var.scaling.period * var.scaling.in_periods <= 86400 && var.scaling.period * var.scaling.out_periods <= 86400
    )
    error_message = join(" ", [
      "scaling asks for ${var.scaling.out_datapoints} of ${var.scaling.out_periods} points out and",
      "${var.scaling.in_datapoints} of ${var.scaling.in_periods} in.",
      "Datapoints must be 1 up to the periods, and periods times ${var.scaling.period} s at most a day.",
    ])
  }

  validation {
    condition = var.scaling.out_periods <= var.scaling.in_periods
    error_message = join(" ", [
      "scaling waits ${var.scaling.out_periods} periods to grow and ${var.scaling.in_periods} to shrink.",
      "Growing must not wait longer than shrinking.",
    ])
  }

  validation {
    condition = !var.scaling.fast_signals || (var.scaling.cpu.enabled && var.scaling.tracking == null)
    error_message = join(" ", [
      "scaling.fast_signals is true, with cpu.enabled = false or with tracking. Its alarm calls the steps out on CPU:",
      "leave fast_signals out, or have those.",
    ])
  }

  validation {
    condition = var.scaling.cpu.enabled || var.scaling.memory.enabled || length(var.scaling.metrics) > 0
    error_message = join(" ", [
      "scaling switches CPU and memory off and names no metric. Leave one of the three:",
      "without a metric nothing scales, and a fixed count needs no more than min = max.",
    ])
  }

  validation {
    condition = alltrue([for key in keys(var.scaling.metrics) :
      can(regex("^[a-z][a-z0-9_]{0,31}$", key)) &&
      !can(regex("^(cpu|memory|joint|running_tasks|desired_tasks)$|_(ratio|told)$", key))
    ])
    error_message = join(" ", [
      "scaling.metrics has the name(s) ${join(", ", keys(var.scaling.metrics))}.",
      "Each is an id in CloudWatch's metric math: 1 to 32 lower-case letters, digits and underscores that begin",
      "with a letter, other than cpu, memory, joint, running_tasks and desired_tasks, and not ending in _ratio or",
      "_told, which are taken.",
    ])
  }

  validation {
    condition = alltrue([for one in values(var.scaling.metrics) :
      length(one.sources) > 0 && (one.expression != null || length(one.sources) == 1) &&
      alltrue([for id in keys(one.sources) :
        can(regex("^[a-z][A-Za-z0-9_]{0,31}$", id)) &&
        !can(regex("^(cpu|memory|joint|running_tasks|desired_tasks)$|_(ratio|told)$", id))
      ])
    ])
    error_message = join(" ", [
      "scaling.metrics has sources that make no value:",
      format("%s.", join(", ", [
        for key, one in var.scaling.metrics : "${key} of ${length(one.sources)} (${join(", ", keys(one.sources))})"
        if !(length(one.sources) == 1 && one.expression == null)
      ])),
      "Give at least one source, and an expression where there are more.",
      "An id begins with a lower-case letter and has letters, digits and underscores; cpu, memory, joint,",
      "running_tasks, desired_tasks and endings _ratio and _told are taken.",
    ])
  }

  validation {
    # A name twice makes the number of all more than the number of different ones.
    condition = length(var.scaling.metrics) + sum(concat([0], [
      for one in values(var.scaling.metrics) : length(one.sources)
      ])) == length(setunion(keys(var.scaling.metrics), flatten([
        for one in values(var.scaling.metrics) : keys(one.sources)
    ])))
    error_message = join(" ", [
      "scaling.metrics uses a name twice among metrics and sources:",
      format("%s.", join(", ", sort(concat(
        keys(var.scaling.metrics),
        flatten([for one in values(var.scaling.metrics) : keys(one.sources)])
      )))),
      "The joint alarm asks for all of them side by side: give each its own.",
    ])
  }

  validation {
    condition = alltrue([for one in values(var.scaling.metrics) : one.expression == null ? true :
      toset(regexall("\\b[a-z][A-Za-z0-9_]*", one.expression)) == toset(keys(one.sources)) &&
      !strcontains(one.expression, "SEARCH")
    ])
    error_message = join(" ", [
      "scaling.metrics has an expression that does not use its sources, all of them and nothing else:",
      format("%s.", join("; ", [
        for key, one in var.scaling.metrics : "${key} = ${one.expression} of ${join(", ", keys(one.sources))}"
        if one.expression != null
      ])),
      "Name each source by its id. SEARCH is refused by alarms.",
    ])
  }

  validation {
    condition = alltrue(flatten([for one in values(var.scaling.metrics) : [for source in values(one.sources) : anytrue([
      contains(["Average", "Sum", "Minimum", "Maximum", "SampleCount", "IQM", "p100"], source.stat),
      can(regex("^(p|tm|wm|tc|ts)[0-9]{1,2}([.][0-9]+)?$", source.stat)),
      can(regex("^(PR|TM|WM|TC|TS)[(].*[)]$", source.stat)),
    ])]]))
    error_message = join(" ", [
      "scaling.metrics asks for the statistic(s)",
      format("%s.", join(", ", distinct(flatten([
        for one in values(var.scaling.metrics) : [for source in values(one.sources) : source.stat]
      ])))),
      "CloudWatch has Average, Sum, Minimum, Maximum, SampleCount and percentiles such as p95.",
    ])
  }

  validation {
    condition = alltrue([for one in values(var.scaling.metrics) : one.low > 0 && one.low < one.high])
    error_message = join(" ", [
      "scaling.metrics has thresholds",
      "${join(", ", [for key, one in var.scaling.metrics : "${key} ${one.low}/${one.high}"])} (low/high).",
      "Each needs 0 < low < high: the joint ratio divides by low.",
    ])
  }

  validation {
    condition = alltrue([for one in values(var.scaling.metrics) :
      one.per_task == null ? true : contains(["running", "desired"], one.per_task)
    ])
    error_message = join(" ", [
      "scaling.metrics divides by",
      "${join(", ", [for key, one in var.scaling.metrics : "${key}: ${one.per_task}" if one.per_task != null])}.",
      "per_task is running or desired, or left out for a value that is a task's share already or a total.",
    ])
  }

  validation {
    condition = var.scaling.max == var.scaling.min || alltrue(flatten([for one in values(var.scaling.metrics) : [
      for step in var.scaling.scale_in.steps :
      !one.divided || step.below * one.low * (
        var.scaling.in_adjustment_type != "PercentChangeInCapacity"
        ? (var.scaling.min + step.remove) / var.scaling.min
        : max(
          (var.scaling.min + var.scaling.in_min_adjustment_magnitude) / var.scaling.min,
          100 / max(1, 100 - step.remove)
        )
      ) < one.high
    ]]))
    error_message = join(" ", [
      "scaling would flap: with min = ${var.scaling.min}, removing tasks at the low threshold leaves the rest above",
      "the high one, of",
      "${join(", ", [for key, one in var.scaling.metrics : "${key} (${one.low}/${one.high})" if one.divided])}:",
      "low x (min + remove) / min must stay under high for every scale-in step.",
      "Lower low, raise min, or remove fewer tasks a step; say divided = false for a total that does not grow when",
      "a task goes.",
    ])
  }
}
