variable "vpc_id" {
  description = "The VPC that exists already."
  type        = string
}

variable "private_subnet_ids" {
  description = "Its private subnets, one in each zone. Tasks reach AWS's APIs through a NAT gateway or endpoints."
  type        = list(string)
}
