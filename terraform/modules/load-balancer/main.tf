locals {
  https = var.https != null ? var.https : var.certificate_arn != null

  # A load balancer that is taken over may forward what no rule takes: that goes on.
  http_action = (
    var.adopt.http_target_group_arn != null
    ? "forward"
    : local.https && var.adopt.redirect
    ? "redirect"
    : "fixed-response"
  )

  # What no rule takes gets a plain 404 from the load balancer: no service is the default for strangers.
  response       = { status_code = "404", content_type = "text/plain", message_body = "Not found" }
  http_response  = var.adopt.http_response == null ? local.response : var.adopt.http_response
  https_response = var.adopt.https_response == null ? local.response : var.adopt.https_response

  tags = merge(var.tags, {
    Environment = var.environment
    Service     = "platform"
    CostCenter  = var.cost_center
  })
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_28:a web application firewall is a decision and a bill of its own: web_acl
  #checkov:skip=CKV_AWS_91:access logs are on where a bucket is given
  #checkov:skip=CKV_AWS_150:deletion protection is on in production
  name               = coalesce(var.adopt.name, var.name)
  load_balancer_type = "application"
  internal           = var.internal
  subnets            = var.subnet_ids
  security_groups = concat(
    var.adopt.security_group_ids,
    var.adopt.own_security_group ? [aws_security_group.this.id] : []
  )
  idle_timeout               = var.idle_timeout
  ip_address_type            = var.ip_address_type
  enable_deletion_protection = coalesce(var.deletion_protection, var.environment == "production")
  tags                       = local.tags

  drop_invalid_header_fields                  = var.attributes.drop_invalid_header_fields
  client_keep_alive                           = var.attributes.client_keep_alive
  desync_mitigation_mode                      = var.attributes.desync_mitigation_mode
  enable_http2                                = var.attributes.enable_http2
  enable_tls_version_and_cipher_suite_headers = var.attributes.enable_tls_version_and_cipher_suite_headers
  enable_waf_fail_open                        = var.attributes.enable_waf_fail_open
  enable_xff_client_port                      = var.attributes.enable_xff_client_port
  enable_zonal_shift                          = var.attributes.enable_zonal_shift
  preserve_host_header                        = var.attributes.preserve_host_header
  xff_header_processing_mode                  = var.attributes.xff_header_processing_mode

  dynamic "connection_logs" {
    for_each = var.attributes.connection_logs == null ? [] : [var.attributes.connection_logs]
    content {
      enabled = true
      bucket  = connection_logs.value.bucket
      prefix  = connection_logs.value.prefix
    }
  }

  dynamic "access_logs" {
    for_each = var.access_logs == null ? [] : [var.access_logs]
    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = access_logs.value.prefix
    }
  }

  lifecycle {
    precondition {
      condition = local.https || var.allow_plain_http
      error_message = join(" ", [
        "Load balancer ${var.name} has no certificate, so it would serve plain HTTP. Give certificate_arn, or say",
        "allow_plain_http = true where that is meant (a sandbox, a test).",
      ])
    }

    precondition {
      condition = !(local.https && var.allow_plain_http)
      error_message = join(" ", [
        "Load balancer ${var.name} has a certificate and allow_plain_http = true. With a certificate HTTP only",
        "redirects: take one of the two away.",
      ])
    }

    precondition {
      condition = local.https == (var.certificate_arn != null) && (local.https || length(var.certificates) == 0)
      error_message = join(" ", [
        "Load balancer ${var.name}: https, certificate_arn and certificates do not go together. An HTTPS listener",
        "needs certificate_arn, and further certificates need the listener.",
      ])
    }

    precondition {
      condition = var.ip_address_type != "dualstack-without-public-ipv4" || !var.internal
      error_message = join(" ", [
        "Load balancer ${var.name} is internal, and dualstack-without-public-ipv4 is for internet-facing ones. Use",
        "ipv4 or dualstack.",
      ])
    }
  }
}

resource "aws_lb_listener" "https" {
  count = local.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.ssl_policy
  certificate_arn   = var.certificate_arn
  tags              = local.tags

  default_action {
    type             = var.adopt.https_target_group_arn == null ? "fixed-response" : "forward"
    target_group_arn = var.adopt.https_target_group_arn

    dynamic "fixed_response" {
      for_each = var.adopt.https_target_group_arn == null ? ["this"] : []
      content {
        content_type = local.https_response.content_type
        message_body = local.https_response.message_body
        status_code  = local.https_response.status_code
      }
    }
  }
}

resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:redirects to HTTPS where a certificate is given; plain HTTP only where it was asked for
  #checkov:skip=CKV_AWS_103:no TLS on port 80
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  tags              = local.tags

  default_action {
    type             = local.http_action
    target_group_arn = var.adopt.http_target_group_arn

    dynamic "redirect" {
      for_each = local.http_action == "redirect" ? ["this"] : []
      content {
        protocol    = coalesce(var.adopt.http_redirect.protocol, "HTTPS")
        port        = coalesce(var.adopt.http_redirect.port, "443")
        host        = var.adopt.http_redirect.host
        path        = var.adopt.http_redirect.path
        query       = var.adopt.http_redirect.query
        status_code = coalesce(var.adopt.http_redirect.status_code, "HTTP_301")
      }
    }

    dynamic "fixed_response" {
      for_each = local.http_action == "fixed-response" ? ["this"] : []
      content {
        content_type = local.http_response.content_type
        message_body = local.http_response.message_body
        status_code  = local.http_response.status_code
      }
    }
  }
}

resource "aws_lb_listener_certificate" "this" {
  for_each = local.https ? var.certificates : {}

  listener_arn    = aws_lb_listener.https[0].arn
  certificate_arn = each.value
}

resource "aws_wafv2_web_acl_association" "this" {
  count = var.web_acl == null ? 0 : 1

  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.web_acl.arn
}
