variable "region" {
  type    = string
  default = "us-east-1"
}

variable "cluster" {
  type = string
}

variable "vpc_id" {
  type = string
}

variable "private_subnet_ids" {
  type = list(string)
}

variable "public_subnet_ids" {
  type    = list(string)
  default = []
}

variable "log_days" {
  type    = number
  default = 90
}

variable "services" {
  type = map(object({
    size = object({
      cpu    = number
      memory = optional(number, 2048)
    })
    count = object({
      min = optional(number, 2)
      max = number
    })
    cpu_target = optional(number, 50)
  }))
}
