# Which bounds a schedule has in force. AWS moves the target's at each action; Terraform says the same ones, so that a
# plan between two actions finds nothing to change, and one after an edit puts the right ones back.

locals {
  zones = jsondecode(file("${path.module}/zones.json"))
  # A time zone that is none is refused in outputs.tf.
  rules = local.zones.rules[lookup(local.zones.zones, var.schedule.timezone, 0)]
  # The last change of the offset that lies behind us; before the first of the file, the first.
  offsets = concat([local.rules[0].offset_s], [for one in local.rules : one.offset_s if timecmp(one.at, var.now) <= 0])
  here    = timeadd(var.now, "${local.offsets[length(local.offsets) - 1]}s")
  minute  = tonumber(formatdate("h", local.here)) * 60 + tonumber(formatdate("m", local.here))

  weekdays = var.schedule.weekdays
  weekend  = coalesce(var.schedule.weekend, var.schedule.weekdays)
  today    = contains(["Sat", "Sun"], formatdate("EEE", local.here)) ? local.weekend : local.weekdays
  # A day begins with what the day before ended with.
  before = (
    contains(["Sat", "Sun"], formatdate("EEE", timeadd(local.here, "-24h"))) ? local.weekend : local.weekdays
  )
  begun = [for piece in local.today : piece if
    tonumber(substr(piece.at, 0, 2)) * 60 + tonumber(substr(piece.at, 3, 2)) <= local.minute
  ]
  in_force = length(local.begun) > 0 ? local.begun[length(local.begun) - 1] : local.before[length(local.before) - 1]

  # Where one piece moves the maximum, each says its own: what an action leaves out stays as the last one set it.
  bounded = anytrue([for piece in concat(local.weekdays, local.weekend) : piece.max != null])

  daily = var.schedule.weekend == null
  actions = merge(
    { for piece in local.weekdays : "${local.daily ? "daily" : "weekdays"}-${replace(piece.at, ":", "")}" => {
      days = local.daily ? "* * ?" : "? * MON-FRI"
      at   = piece.at
      min  = piece.min
      max  = local.bounded ? coalesce(piece.max, var.most) : null
    } },
    { for piece in coalesce(var.schedule.weekend, []) : "weekend-${replace(piece.at, ":", "")}" => {
      days = "? * SAT,SUN"
      at   = piece.at
      min  = piece.min
      max  = local.bounded ? coalesce(piece.max, var.most) : null
    } },
  )
}
