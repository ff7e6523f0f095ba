# The fleet, with this root's values (tools/terraform_platform.py writes this file).
module "fleet" {
  source = "../modules/fleet"

  name                          = var.name
  environment                   = var.environment
  cost_center                   = var.cost_center
  roles                         = var.roles
  activate_cost_allocation_tags = var.activate_cost_allocation_tags

  adopt = var.adopt

  vpc_id                   = var.vpc_id
  private_subnet_ids       = var.private_subnet_ids
  public_subnet_ids        = var.public_subnet_ids
  namespace                = var.namespace
  certificate_arn          = var.certificate_arn
  internal_certificate_arn = var.internal_certificate_arn
  load_balancers           = var.load_balancers
  allow_plain_http         = var.allow_plain_http
  deletion_protection      = var.deletion_protection

  services = var.services

  alarms             = var.alarms
  event_log_policy   = var.event_log_policy
  container_insights = var.container_insights
  tracing            = var.tracing
  logs               = var.logs
  alert_emails       = var.alert_emails
}
