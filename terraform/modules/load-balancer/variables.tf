variable "name" {
  description = "Name of the load balancer."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name)) && !startswith(var.name, "internal-")
    error_message = join(" ", [
      "name is \"${var.name}\". It must be 2 to 32 lower-case letters, digits and hyphens, begin with a letter, and",
      "not begin with \"internal-\", which AWS keeps for itself.",
    ])
  }
}

variable "environment" {
  description = <<-EOT
    Environment, as tagged. In `production` deletion protection is on unless `deletion_protection` says otherwise.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = contains(["production", "staging", "test", "development"], var.environment)
    error_message = "environment is \"${var.environment}\". Use production, staging, test or development."
  }
}

variable "cost_center" {
  description = "Cost centre that pays for the load balancer."
  type        = string
  nullable    = false

  validation {
    condition     = length(trimspace(var.cost_center)) > 0
    error_message = "cost_center is empty. Name who pays."
  }
}

variable "tags" {
  description = "More tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "internal" {
  description = <<-EOT
    Internal load balancers have private addresses only: nothing outside the VPC and its peers can reach them.
  EOT
  type        = bool
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the load balancer's security group."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = <<-EOT
    Subnets, one a zone: public ones for an internet-facing load balancer, private ones for an internal one.
  EOT
  type        = list(string)
  nullable    = false

  validation {
    condition = length(var.subnet_ids) >= 2
    error_message = join(" ", [
      "subnet_ids has ${length(var.subnet_ids)} subnet(s). An application load balancer needs at least two, in",
      "different zones.",
    ])
  }
}

variable "client_cidrs" {
  description = <<-EOT
    IPv4 ranges that may connect: everyone for an internet-facing load balancer, the VPC's own range for an internal
    one.
  EOT
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0))])
    error_message = "client_cidrs is empty or holds something that is no IPv4 range (such as 10.0.0.0/16)."
  }
}

variable "certificate_arn" {
  description = "ACM certificate. With one, HTTPS serves and HTTP redirects to it."
  type        = string
  default     = null

  validation {
    condition = var.certificate_arn == null ? true : can(regex("^arn:[a-z-]+:(acm|iam):", var.certificate_arn))
    error_message = join(" ", [
      "certificate_arn is \"${coalesce(var.certificate_arn, "-")}\". It must be the ARN of an ACM or IAM server",
      "certificate.",
    ])
  }
}

variable "allow_plain_http" {
  description = "Serve plain HTTP where no certificate is given. Must be said: it is refused otherwise."
  type        = bool
  default     = false
  nullable    = false
}

variable "ssl_policy" {
  description = "Security policy of the HTTPS listener."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  nullable    = false
}

variable "deletion_protection" {
  description = "Deletion protection; null means on in production, off elsewhere."
  type        = bool
  default     = null
}

variable "idle_timeout" {
  description = "Seconds a connection may be idle."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.idle_timeout >= 1 && var.idle_timeout <= 4000
    error_message = "idle_timeout is ${var.idle_timeout}. A load balancer takes 1 to 4000 s."
  }
}

variable "access_logs" {
  description = "S3 bucket (and prefix) for access logs; null for none."
  type = object({
    bucket = string
    prefix = optional(string)
  })
  default = null
}

variable "https" {
  description = <<-EOT
    Whether there is an HTTPS listener; null: where `certificate_arn` is given. Must be said (true) where the
    certificate is made in the same configuration, whose ARN a plan does not know yet.
  EOT
  type        = bool
  default     = null
}

variable "certificates" {
  description = <<-EOT
    Further certificates of the HTTPS listener by a name of your own, for hosts that the first does not cover: their
    ARNs.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.certificates) <= 25
    error_message = "certificates has ${length(var.certificates)}. A load balancer takes 25 besides the first."
  }
}

variable "web_acl" {
  description = <<-EOT
    Web application firewall (WAFv2 web ACL, regional, of the same region); null for none. AWS bills it by the ACL,
    its rules and the requests.
  EOT
  type        = object({ arn = string })
  default     = null

  validation {
    condition = (
      var.web_acl == null
      ? true
      : can(regex("^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/", var.web_acl.arn))
    )
    error_message = join(" ", [
      "web_acl.arn is \"${try(var.web_acl.arn, "-")}\". It must be the ARN of a regional web ACL",
      "(…:regional/webacl/…): one for CloudFront cannot hang on a load balancer.",
    ])
  }
}

variable "ip_address_type" {
  description = <<-EOT
    `ipv4`, `dualstack` or `dualstack-without-public-ipv4`; null leaves it as it is (new: ipv4). With IPv6, subnets
    need IPv6 ranges, and `client_ipv6_cidrs` says who may connect.
  EOT
  type        = string
  default     = null

  validation {
    condition = (
      var.ip_address_type == null
      ? true
      : contains(["ipv4", "dualstack", "dualstack-without-public-ipv4"], var.ip_address_type)
    )
    error_message = join(" ", [
      "ip_address_type is \"${coalesce(var.ip_address_type, "-")}\". Use ipv4, dualstack or",
      "dualstack-without-public-ipv4.",
    ])
  }
}

variable "client_ipv6_cidrs" {
  description = "IPv6 ranges that may connect."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.client_ipv6_cidrs : can(cidrhost(cidr, 0)) && strcontains(cidr, ":")])
    error_message = "client_ipv6_cidrs holds something that is no IPv6 range (such as ::/0)."
  }
}

variable "attributes" {
  description = "More attributes of the load balancer, by their names in `aws_lb`; null: AWS's default."
  type = object({
    drop_invalid_header_fields = optional(bool, true)

    client_keep_alive                           = optional(number)
    connection_logs                             = optional(object({ bucket = string, prefix = optional(string) }))
    desync_mitigation_mode                      = optional(string)
    enable_http2                                = optional(bool)
    enable_tls_version_and_cipher_suite_headers = optional(bool)
    enable_waf_fail_open                        = optional(bool)
    enable_xff_client_port                      = optional(bool)
    enable_zonal_shift                          = optional(bool)
    preserve_host_header                        = optional(bool)
    xff_header_processing_mode                  = optional(string)
  })
  default  = {}
  nullable = false
}
