variable "region" { default = "us-east-1" }

variable "env" {}

variable "vpc_id" {}

variable "private_subnet_ids" { type = list(string) }

variable "public_subnet_ids" { type = list(string) }

variable "names" {
  default = ["notifications", "statements"]
}

variable "cpu" {
  type = map(string)

  default = {
    notifications = "1024"
    statements    = "4096"
  }
}

variable "memory" {
  type = map(string)

  default = {
    notifications = "2048"
    statements    = "16384"
  }
}

variable "counts" { type = map(string) }

variable "scheduler_cpu" { default = 1024 }

variable "scheduler_memory" {}
