module "cluster" {
  source = "../cluster"

  name                 = var.name
  adopt                = { for key, value in var.adopt.cluster : key => value if key != "tags" }
  tags                 = var.adopt.cluster.tags
  environment          = var.environment
  cost_center          = var.cost_center
  vpc_id               = var.vpc_id
  namespace            = local.namespace
  container_insights   = var.container_insights
  debug_retention_days = var.logs.debug_days
  event_retention_days = var.environment == "production" ? var.logs.production_days : var.logs.debug_days
  alert_emails         = var.alert_emails
  event_log_policy     = var.event_log_policy

  tracing = {
    sampling_rate = var.tracing.sampling_rate
    seed          = var.tracing.seed
    reservoir     = var.tracing.reservoir
    xray_rule     = var.tracing.sampler == "xray"
  }
}

# Opt-in and apart: the call fails until the tags have been seen for about a day, and in member accounts always.
resource "aws_ce_cost_allocation_tag" "this" {
  for_each = toset(var.activate_cost_allocation_tags ? ["Environment", "Service", "CostCenter"] : [])

  tag_key = each.value
  status  = "Active"
}
