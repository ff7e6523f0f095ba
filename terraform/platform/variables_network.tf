# As modules/fleet has them; what it refuses, it refuses there (tools/terraform_platform.py writes this file).

variable "vpc_id" {
  description = "The VPC that exists already."
  type        = string
  nullable    = false
}

variable "private_subnet_ids" {
  description = <<-EOT
    Private subnets for tasks and the internal load balancer, one in each of three zones; two do for a fleet that is
    taken over.
  EOT
  type        = list(string)
  nullable    = false
}

variable "public_subnet_ids" {
  description = <<-EOT
    Public subnets for the internet-facing load balancer, one in each of three zones; two do for a fleet that is taken
    over.
  EOT
  type        = list(string)
  nullable    = false
}

variable "namespace" {
  description = "Private DNS namespace of Cloud Map; null means NAME.internal."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = <<-EOT
    ACM certificate of the public load balancer, and of the internal one unless `internal_certificate_arn` is given.
  EOT
  type        = string
  default     = null
}

variable "internal_certificate_arn" {
  description = "ACM certificate of the internal load balancer, where it differs."
  type        = string
  default     = null
}

variable "load_balancers" {
  description = <<-EOT
    More of the public and the internal load balancer, by exposure: access logs, the ARN of a web ACL (WAFv2), further
    certificates by a name of your own, IPv6 (`dualstack`), TLS policy, attributes. What is left out stays as found on
    one that is taken over.
  EOT
  type = map(object({
    access_logs     = optional(object({ bucket = string, prefix = optional(string) }))
    web_acl_arn     = optional(string)
    certificates    = optional(map(string))
    ip_address_type = optional(string)
    ssl_policy      = optional(string)
    idle_timeout    = optional(number)

    drop_invalid_header_fields = optional(bool)
    attributes = optional(object({
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
    }), {})
  }))
  default  = {}
  nullable = false
}

variable "allow_plain_http" {
  description = "Serve plain HTTP where there is no certificate. Refused unless said."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Deletion protection of the load balancers; null means on in production."
  type        = bool
  default     = null
}
