variable "vpc_id" {
  description = "The VPC that exists already."
  type        = string
}

variable "private_subnet_ids" {
  description = "Its private subnets, one in each zone. Tasks reach AWS's APIs through a NAT gateway or endpoints."
  type        = list(string)
}

variable "listener_arn" {
  description = "The listener that gets a rule for the service."
  type        = string
}

variable "load_balancer_security_group_id" {
  description = "Security group of the load balancer: tasks let it in, and it is let out to them."
  type        = string
}

variable "port" {
  description = "The port that the application listens on."
  type        = number
  default     = 8080
}

variable "former_port" {
  description = "The port before that, until the new one is deployed; see the README of modules/service."
  type        = number
  default     = null
}
