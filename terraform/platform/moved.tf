# Before modules/fleet there was, all of it stood in this root. A state of then is taken along: nothing is made anew.
moved {
  from = module.cluster
  to   = module.fleet.module.cluster
}

moved {
  from = module.load_balancer
  to   = module.fleet.module.load_balancer
}

moved {
  from = module.service
  to   = module.fleet.module.service
}

moved {
  from = aws_ce_cost_allocation_tag.this
  to   = module.fleet.aws_ce_cost_allocation_tag.this
}

moved {
  from = aws_iam_role_policy.adopted
  to   = module.fleet.aws_iam_role_policy.adopted
}

moved {
  from = aws_vpc_security_group_egress_rule.call
  to   = module.fleet.aws_vpc_security_group_egress_rule.call
}

moved {
  from = aws_vpc_security_group_ingress_rule.call
  to   = module.fleet.aws_vpc_security_group_ingress_rule.call
}
