# What a further metric is made of, as CloudWatch's metric math has it. Each source is one metric under an id; where the
# user says what its absence means, what CloudWatch has of it is SOURCE_told and SOURCE is that with the gaps filled.

locals {
  counted = sort([for key, one in var.scaling.metrics : key if one.per_task != null])

  task_counts = { running = "RunningTaskCount", desired = "DesiredTaskCount" }

  # By metric: what is asked of CloudWatch, by id.
  asked = { for key, one in var.scaling.metrics : key => merge(
    { for id, source in one.sources : source.missing == null ? id : "${id}_told" => {
      namespace   = source.namespace
      metric_name = source.metric_name
      dimensions  = source.dimensions
      stat        = source.stat
    } },
    one.per_task == null ? {} : { "${one.per_task}_tasks" = {
      namespace   = "ECS/ContainerInsights"
      metric_name = local.task_counts[one.per_task]
      dimensions  = local.dimensions
      stat        = "Average"
    } },
  ) }

  filled = { for key, one in var.scaling.metrics : key => {
    for id, source in one.sources : id => "FILL(${id}_told, ${source.missing})" if source.missing != null
  } }

  # The value that is held against high and low.
  total = { for key, one in var.scaling.metrics : key =>
    one.expression == null ? try(keys(one.sources)[0], null) : one.expression
  }
  value = { for key, one in var.scaling.metrics : key =>
    one.per_task == null ? local.total[key] : "(${local.total[key]}) / ${one.per_task}_tasks"
  }
  a_task = { for key, one in var.scaling.metrics : key => one.per_task == null ? "" : " a ${one.per_task} task" }

  # Of the joint alarm: utilisation and further metrics together, each asked once.
  joint_asked = merge(
    { for key, one in local.utilisation : key => {
      namespace   = "AWS/ECS"
      metric_name = one.metric
      dimensions  = local.dimensions
      stat        = "Average"
    } },
    values(local.asked)...
  )
  joint_filled = merge({}, values(local.filled)...)

  # What is not told counts as busy: MAX of what is there would take tasks away while a queue cannot be seen.
  ratios = merge(
    { for key, one in local.utilisation : key => "${key} / ${one.low}" },
    { for key, one in var.scaling.metrics : key => "FILL((${local.value[key]}) / ${one.low}, 1)" },
  )
  words = { cpu = "CPU", memory = "Memory" }

  # The terms in the order in which they are documented: CPU, memory, then the others by name.
  terms = concat(keys(local.utilisation), keys(var.scaling.metrics))

  joint_expressions = length(local.joint_filled) + length(local.ratios) + 1
}
