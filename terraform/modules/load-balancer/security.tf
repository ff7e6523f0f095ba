resource "aws_security_group" "this" {
  name        = "${var.name}-alb"
  description = "Load balancer ${var.name}"
  vpc_id      = var.vpc_id
  tags        = local.tags
}

locals {
  ingress = merge([for port in local.https ? [80, 443] : [80] : {
    for cidr in setunion(var.client_cidrs, var.client_ipv6_cidrs) : "${port}-${cidr}" => { port = port, cidr = cidr }
  }]...)
}

# Rules towards tasks are made by modules/service, one for each.
resource "aws_vpc_security_group_ingress_rule" "client" {
  #checkov:skip=CKV_AWS_260:port 80 redirects to HTTPS, or serves where plain HTTP was asked for
  for_each = local.ingress

  security_group_id = aws_security_group.this.id
  description       = each.value.port == 443 ? "HTTPS" : local.https ? "HTTP, redirected to HTTPS" : "HTTP"
  cidr_ipv4         = strcontains(each.value.cidr, ":") ? null : each.value.cidr
  cidr_ipv6         = strcontains(each.value.cidr, ":") ? each.value.cidr : null
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  tags              = local.tags
}
