# One for all services of the cluster (a region has 25): they are known by full names, which begin with the cluster's.
resource "aws_xray_sampling_rule" "this" {
  count = var.tracing.xray_rule ? 1 : 0

  rule_name      = "${var.name}-services"
  version        = 1
  priority       = var.tracing.priority
  reservoir_size = var.tracing.reservoir
  fixed_rate     = var.tracing.sampling_rate
  service_name   = "${var.name}-*"
  service_type   = "*"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  resource_arn   = "*"
  tags           = local.tags
}
