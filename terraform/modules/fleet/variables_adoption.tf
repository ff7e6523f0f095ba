variable "adopt" {
  description = <<-EOT
    What is taken over from a fleet that runs already, so that nothing of it is replaced. Without it everything is
    made new.
    `load_balancers` by exposure (public, internal) and `services` by name: see `adopt` of the modules. `leave` names
    services that stay with their present owner, `roles` the roles of another owner that tasks keep: each is allowed
    to write the platform's logs and traces.
    A service's `load_balancer` is where its target group hangs (public or internal), whatever its `traffic.exposure`
    says: a target group cannot change its load balancer while it serves. `foreign_load_balancer` is a security group
    of a load balancer that is not taken over. `any_path` says that its listener rule asks for hosts and no path:
    paths of `/*` in the values are then no condition.
  EOT
  type = object({
    cluster = optional(object({
      tags = optional(map(string), {})

      # From modules/cluster (tools/terraform_adopt.py)

      name               = optional(string)
      capacity_providers = optional(list(string), [])
      connect_namespace  = optional(string)
      exec_kms_key       = optional(string)
      # End of modules/cluster
    }), {})

    load_balancers = optional(map(object({
      subnet_ids      = optional(list(string))
      certificate_arn = optional(string)
      ssl_policy      = optional(string)
      plain_http      = optional(bool)
      idle_timeout    = optional(number)
      access_logs     = optional(object({ bucket = string, prefix = optional(string) }))
      tags            = optional(map(string), {})

      drop_invalid_header_fields = optional(bool)
      attributes = optional(object({
        # From modules/load-balancer, attributes (tools/terraform_adopt.py)

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
        # End of modules/load-balancer, attributes
      }), {})

      # From modules/load-balancer (tools/terraform_adopt.py)

      name                   = optional(string)
      security_group_ids     = optional(list(string), [])
      http_target_group_arn  = optional(string)
      https_target_group_arn = optional(string)
      redirect               = optional(bool, true) # false: port 80 serves rules of its own, as well as 443

      own_security_group = optional(bool, true)

      http_redirect = optional(object({
        protocol    = optional(string)
        port        = optional(string)
        host        = optional(string)
        path        = optional(string)
        query       = optional(string)
        status_code = optional(string)
      }), {})

      http_response = optional(object({
        status_code  = string
        content_type = string
        message_body = optional(string)
      }))

      https_response = optional(object({
        status_code  = string
        content_type = string
        message_body = optional(string)
      }))
      # End of modules/load-balancer
    })), {})

    services = optional(map(object({
      stem                  = optional(string)
      load_balancer         = optional(string)
      foreign_load_balancer = optional(string)
      hosts                 = optional(list(string))
      any_path              = optional(bool)
      tags                  = optional(map(string), {})

      # Whether its tasks are in a registry at all.
      register = optional(bool)
      registry = optional(object({
        # From modules/service, registry (tools/terraform_adopt.py)

        arn = optional(string)

        # Whether the module makes its own; left out, it does where no ARN is given. Must be said (false) where the ARN
        # is that of a resource of the same configuration, which a plan does not know yet.
        own            = optional(bool)
        port           = optional(number)
        container_name = optional(string)
        container_port = optional(number)
        # End of modules/service, registry
      }), {})

      # From modules/service, network (tools/terraform_adopt.py)

      assign_public_ip   = optional(bool, false)
      security_group_ids = optional(list(string))
      own_security_group = optional(bool, true)
      # End of modules/service, network

      # From modules/service, roles (tools/terraform_adopt.py)

      execution_role_arn = optional(string)
      task_role_arn      = optional(string)

      # Whether the module makes its own; left out, it does where no ARN is given. Must be said (false) where the ARN
      # is that of a resource of the same configuration, which a plan does not know yet.
      own_execution_role = optional(bool)
      own_task_role      = optional(bool)
      # End of modules/service, roles

      # From modules/service (tools/terraform_adopt.py)

      service_name   = optional(string)
      family         = optional(string)
      definition     = optional(string)
      container_name = optional(string)

      # Instead of launch type FARGATE: a swap of the two replaces the service.
      capacity_providers = optional(list(object({
        name   = string
        base   = optional(number, 0)
        weight = optional(number, 0)
      })), [])

      # Those of the tasks, where they are others than the network's, or fewer than two.
      subnet_ids = optional(list(string))

      target_group = optional(object({
        name             = string
        port             = number
        protocol         = optional(string, "HTTP")
        protocol_version = optional(string, "HTTP1")
        health_port      = optional(string, "traffic-port")
        health_protocol  = optional(string, "HTTP")
        slow_start       = optional(number, 0)
      }))

      # False where the rule that leads here says more than paths and hosts, or hangs on another owner's load balancer.
      listener_rule = optional(bool, true)

      # Where no target group is the module's: how long its tasks may fail the checks of other owners' [s].
      grace_period = optional(number)

      # Target groups of another owner that reach the service too.
      other_target_groups = optional(list(object({
        arn            = string
        container_name = string
        container_port = number
      })), [])

      # A Cloud Map service to take over.
      discovery = optional(object({
        name           = string
        routing_policy = optional(string, "MULTIVALUE")
        record_types   = optional(list(string), ["A"])
      }))

      log_group = optional(object({
        name       = string
        kms_key_id = optional(string)
      }))
      # End of modules/service
    })), {})

    roles = optional(set(string), [])
    leave = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition = length(setsubtract(keys(var.adopt.load_balancers), ["public", "internal"])) == 0
    error_message = join(" ", [
      "adopt.load_balancers has a key that is neither \"public\" nor \"internal\":",
      "${join(", ", setsubtract(keys(var.adopt.load_balancers), ["public", "internal"]))}.",
    ])
  }

  validation {
    condition = alltrue([
      for service in values(var.adopt.services) :
      service.load_balancer == null ? true : contains(["public", "internal"], service.load_balancer)
    ])
    error_message = join(" ", [
      "adopt.services has a load_balancer that is neither \"public\" nor \"internal\":",
      format("%s.", join(", ", [
        for name, service in var.adopt.services : name
        if try(!contains(["public", "internal"], service.load_balancer), false)
      ])),
    ])
  }

  validation {
    condition = length(setintersection(keys(var.adopt.services), var.adopt.leave)) == 0
    error_message = join(" ", [
      "adopt both takes over and leaves ${join(", ", setintersection(keys(var.adopt.services), var.adopt.leave))}.",
      "Name each service once.",
    ])
  }
}
