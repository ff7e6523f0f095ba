# Written by trimtab: what runs already and is taken over, nothing of it replaced. Plan, look for
# "0 to destroy", apply, and delete this file: an import happens once.

import {
  to = module.fleet.module.cluster.aws_ecs_cluster.this
  id = "fin-prod-cluster"
}

import {
  to = module.fleet.module.cluster.aws_service_discovery_private_dns_namespace.this
  id = "ns-hfzlg9sfnw55qltijz3u:vpc-19936adc86da22809"
}

import {
  to = module.fleet.module.load_balancer["public"].aws_lb.this
  id = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/fin-prod-alb/2f58b74b5d7c9d19"
}

import {
  to = module.fleet.module.load_balancer["public"].aws_lb_listener.http
  id = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/fin-prod-alb/2f58b74b5d7c9d19/c82c3245822c43eb"
}

import {
  to = module.fleet.module.service["accounts"].aws_service_discovery_service.this[0]
  id = "srv-20apscek"
}

import {
  to = module.fleet.module.service["accounts"].aws_cloudwatch_log_group.application[0]
  id = "/ecs/accounts"
}

import {
  to = module.fleet.module.service["accounts"].aws_lb_target_group.this["this"]
  id = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/fin-accounts/704b3cdc80744edc"
}

import {
  to = module.fleet.module.service["accounts"].aws_lb_listener_rule.this["this"]
  id = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/fin-prod-alb/2f58b74b5d7c9d19/c82c3245822c43eb/3166a970d4cff462"
}

import {
  to = module.fleet.module.service["accounts"].aws_ecs_service.this
  id = "fin-prod-cluster/accounts"
}

import {
  to = module.fleet.module.service["accounts"].module.scaling[0].aws_appautoscaling_target.this
  id = "ecs/service/fin-prod-cluster/accounts/ecs:service:DesiredCount"
}

import {
  to = module.fleet.module.service["scheduler"].aws_service_discovery_service.this[0]
  id = "srv-q111938g"
}

import {
  to = module.fleet.module.service["scheduler"].aws_cloudwatch_log_group.application[0]
  id = "/ecs/scheduler"
}

import {
  to = module.fleet.module.service["scheduler"].aws_ecs_service.this
  id = "fin-prod-cluster/scheduler"
}

import {
  to = module.fleet.module.service["scheduler"].module.scaling[0].aws_appautoscaling_target.this
  id = "ecs/service/fin-prod-cluster/scheduler/ecs:service:DesiredCount"
}
