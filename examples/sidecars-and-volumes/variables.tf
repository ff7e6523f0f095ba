variable "vpc_id" {
  description = "The VPC that exists already."
  type        = string
}

variable "private_subnet_ids" {
  description = "Its private subnets, one in each zone. Tasks reach AWS's APIs through a NAT gateway or endpoints."
  type        = list(string)
}

variable "file_system_id" {
  description = "The EFS file system, with a mount target in each subnet."
  type        = string
}

variable "access_point_id" {
  description = "The access point: the folder of it that the service sees, and as whom it writes."
  type        = string
}

variable "file_system_security_group_id" {
  description = <<-EOT
    Security group of its mount targets. It must let the service's tasks in on port 2049: that rule is yours.
  EOT
  type        = string
}
