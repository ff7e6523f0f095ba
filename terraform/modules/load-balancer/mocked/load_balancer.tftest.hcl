mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
}

variables {
  name            = "production-public"
  environment     = "production"
  cost_center     = "platform"
  internal        = false
  vpc_id          = "vpc-0123456789abcdef0"
  subnet_ids      = ["subnet-a", "subnet-b", "subnet-c"]
  client_cidrs    = ["0.0.0.0/0"]
  certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0123"
}

run "a_certificate_serves_https_and_redirects_http" {
  command = plan
  assert {
    condition = (
      aws_lb_listener.https[0].protocol == "HTTPS" &&
      aws_lb_listener.http.default_action[0].type == "redirect" &&
      aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_301"
    )
    error_message = "HTTP must redirect to HTTPS"
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection
    error_message = "invalid headers are dropped, deletion is protected in production"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.client) == 2
    error_message = "one rule for each port"
  }
}

run "plain_http_is_accepted_where_it_is_said" {
  command = plan
  variables {
    certificate_arn  = null
    allow_plain_http = true
  }
  assert {
    condition = (
      length(aws_lb_listener.https) == 0 &&
      aws_lb_listener.http.default_action[0].type == "fixed-response"
    )
    error_message = "plain HTTP answers by itself"
  }
}

run "plain_http_is_refused_where_it_is_not_said" {
  command = plan
  variables {
    certificate_arn = null
  }
  expect_failures = [aws_lb.this]
}

run "plain_http_beside_a_certificate_is_refused" {
  command = plan
  variables {
    allow_plain_http = true
  }
  expect_failures = [aws_lb.this]
}

run "protection_is_off_outside_production" {
  command = plan
  variables {
    environment = "test"
  }
  assert {
    condition     = !aws_lb.this.enable_deletion_protection
    error_message = "only production is protected by default"
  }
}

run "protection_can_be_switched_off" {
  command = plan
  variables {
    deletion_protection = false
  }
  assert {
    condition     = !aws_lb.this.enable_deletion_protection
    error_message = "what is said wins"
  }
}

run "a_name_of_32_characters_is_accepted" {
  command = plan
  variables {
    name = "a2345678901234567890123456789012"
  }
}

run "a_name_of_33_characters_is_refused" {
  command = plan
  variables {
    name = "a23456789012345678901234567890123"
  }
  expect_failures = [var.name]
}

run "a_name_that_aws_keeps_is_refused" {
  command = plan
  variables {
    name = "internal-api"
  }
  expect_failures = [var.name]
}

run "prod_is_refused" {
  command = plan
  variables {
    environment = "prod"
  }
  expect_failures = [var.environment]
}

run "a_cost_center_is_accepted" {
  command = plan
  variables {
    cost_center = "4711"
  }
}

run "an_empty_cost_center_is_refused" {
  command = plan
  variables {
    cost_center = ""
  }
  expect_failures = [var.cost_center]
}

run "two_subnets_are_accepted" {
  command = plan
  variables {
    subnet_ids = ["subnet-a", "subnet-b"]
  }
}

run "one_subnet_is_refused" {
  command = plan
  variables {
    subnet_ids = ["subnet-a"]
  }
  expect_failures = [var.subnet_ids]
}

run "a_range_of_clients_is_accepted" {
  command = plan
  variables {
    client_cidrs = ["10.0.0.0/16", "192.0.2.0/24"]
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.client) == 4
    error_message = "one rule for each port and range"
  }
}

run "no_clients_are_refused" {
  command = plan
  variables {
    client_cidrs = []
  }
  expect_failures = [var.client_cidrs]
}

run "what_is_no_range_is_refused" {
  command = plan
  variables {
    client_cidrs = ["everyone"]
  }
  expect_failures = [var.client_cidrs]
}

run "an_iam_certificate_is_accepted" {
  command = plan
  variables {
    certificate_arn = "arn:aws:iam::111122223333:server-certificate/a"
  }
}

run "what_is_no_certificate_is_refused" {
  command = plan
  variables {
    certificate_arn = "example.com"
  }
  expect_failures = [var.certificate_arn]
}

run "an_idle_timeout_of_4000_is_accepted" {
  command = plan
  variables {
    idle_timeout = 4000
  }
}

run "an_idle_timeout_of_0_is_refused" {
  command = plan
  variables {
    idle_timeout = 0
  }
  expect_failures = [var.idle_timeout]
}

run "a_load_balancer_that_is_taken_over_keeps_its_name_and_groups" {
  command = plan
  variables {
    adopt = { name = "Old-ALB", security_group_ids = ["sg-1", "sg-2", "sg-3", "sg-4"] }
  }
  assert {
    condition     = aws_lb.this.name == "Old-ALB"
    error_message = "another name would replace it"
  }
}

run "without_the_modules_own_a_load_balancer_keeps_exactly_its_groups_headers_and_words" {
  command = plan
  variables {
    adopt = {
      security_group_ids = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5"]
      own_security_group = false
      https_response     = { status_code = "503", content_type = "text/html", message_body = "<p>no</p>" }
    }
    attributes = { drop_invalid_header_fields = false }
  }
  assert {
    condition = (
      length(aws_lb.this.security_groups) == 5 &&
      !aws_lb.this.drop_invalid_header_fields &&
      aws_lb_listener.https[0].default_action[0].fixed_response[0].status_code == "503" &&
      aws_lb_listener.https[0].default_action[0].fixed_response[0].message_body == "<p>no</p>"
    )
    error_message = "as found"
  }
}

run "what_the_provider_would_set_back_is_kept" {
  command = plan
  variables {
    certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0"
    attributes = {
      preserve_host_header       = true
      xff_header_processing_mode = "preserve"
      enable_http2               = false
      connection_logs            = { bucket = "logs" }
    }
    adopt = { http_redirect = { host = "www.shop.example", status_code = "HTTP_302" } }
  }
  assert {
    condition = (
      aws_lb.this.preserve_host_header &&
      aws_lb.this.xff_header_processing_mode == "preserve" &&
      !aws_lb.this.enable_http2 &&
      one(aws_lb.this.connection_logs).bucket == "logs" &&
      aws_lb.this.desync_mitigation_mode == null
    )
    error_message = "attributes that were set stay, the others are left at AWS's defaults"
  }
  assert {
    condition = (
      aws_lb_listener.http.default_action[0].redirect[0].host == "www.shop.example" &&
      aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_302" &&
      aws_lb_listener.http.default_action[0].redirect[0].port == "443"
    )
    error_message = "port 80 sends its clients where it did"
  }
}

run "neither_the_modules_group_nor_another_is_refused" {
  command = plan
  variables {
    adopt = { own_security_group = false }
  }
  expect_failures = [var.adopt]
}

run "five_groups_leave_no_room_for_the_modules_own" {
  command = plan
  variables {
    adopt = { security_group_ids = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5"] }
  }
  expect_failures = [var.adopt]
}

run "what_default_actions_forward_to_goes_on" {
  command = plan
  variables {
    adopt = {
      https_target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/a/0"
      http_target_group_arn  = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/b/0"
    }
  }
  assert {
    condition = (
      aws_lb_listener.https[0].default_action[0].type == "forward" &&
      aws_lb_listener.http.default_action[0].type == "forward" &&
      endswith(aws_lb_listener.http.default_action[0].target_group_arn, "/b/0")
    )
    error_message = "both listeners forward as they did"
  }
}

run "port_80_beside_443_may_go_on_serving" {
  command = plan
  variables {
    adopt = { redirect = false }
  }
  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "fixed-response"
    error_message = "no redirect where there was none"
  }
}

run "a_certificate_of_the_same_configuration_is_said_by_https" {
  command = plan
  variables {
    certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0"
    https           = true
  }
  assert {
    condition     = length(aws_lb_listener.https) == 1
    error_message = "HTTPS"
  }
}

run "https_without_a_certificate_is_refused" {
  command = plan
  variables {
    https            = true
    certificate_arn  = null
    allow_plain_http = false
  }
  expect_failures = [aws_lb.this]
}

run "further_certificates_hang_on_the_https_listener" {
  command = plan
  variables {
    certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/0"
    certificates    = { shop = "arn:aws:acm:us-east-1:111122223333:certificate/1" }
  }
  assert {
    condition = (
      aws_lb_listener_certificate.this["shop"].certificate_arn == "arn:aws:acm:us-east-1:111122223333:certificate/1"
    )
    error_message = "by its name"
  }
}

run "further_certificates_without_https_are_refused" {
  command = plan
  variables {
    certificate_arn  = null
    allow_plain_http = true
    certificates     = { shop = "arn:aws:acm:us-east-1:111122223333:certificate/1" }
  }
  expect_failures = [aws_lb.this]
}

run "more_certificates_than_a_load_balancer_takes_are_refused" {
  command = plan
  variables {
    certificates = {
      for number in range(26) :
      "c${number}" => "arn:aws:acm:us-east-1:111122223333:certificate/${number}"
    }
  }
  expect_failures = [var.certificates]
}

run "a_firewall_is_hung_on_it" {
  command = plan
  variables {
    web_acl = { arn = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/0" }
  }
  assert {
    condition     = length(aws_wafv2_web_acl_association.this) == 1
    error_message = "asked for"
  }
}

run "a_firewall_of_cloudfront_is_refused" {
  command = plan
  variables {
    web_acl = { arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/0" }
  }
  expect_failures = [var.web_acl]
}

run "ipv6_is_let_in_where_it_is_asked_for" {
  command = plan
  variables {
    ip_address_type   = "dualstack"
    client_ipv6_cidrs = ["::/0"]
  }
  assert {
    condition = (
      aws_lb.this.ip_address_type == "dualstack" &&
      anytrue([
        for rule in aws_vpc_security_group_ingress_rule.client :
        rule.cidr_ipv6 == "::/0" && rule.cidr_ipv4 == null
      ])
    )
    error_message = "both, and a rule"
  }
}

run "an_ipv4_range_among_ipv6_ones_is_refused" {
  command = plan
  variables {
    client_ipv6_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.client_ipv6_cidrs]
}

run "an_unknown_address_type_is_refused" {
  command = plan
  variables {
    ip_address_type = "ipv6"
  }
  expect_failures = [var.ip_address_type]
}

run "an_internal_one_without_public_ipv4_is_refused" {
  command = plan
  variables {
    internal        = true
    ip_address_type = "dualstack-without-public-ipv4"
  }
  expect_failures = [aws_lb.this]
}
