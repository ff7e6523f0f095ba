# Began with Terraform 0.11, and shows it.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "${var.region}"
}

resource "aws_ecs_cluster" "cluster" {
  name = "${var.env == "prod" ? "fin-prod-cluster" : "fin-test-cluster"}"
}

resource "aws_ecs_task_definition" "task" {
  count                    = "${length(var.names)}"
  family                   = "${element(var.names, count.index)}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "${var.cpu[element(var.names, count.index)]}"
  memory                   = "${lookup(var.memory, element(var.names, count.index))}"

  container_definitions = <<DEFINITION
[
  {
    "name": "${element(var.names, count.index)}",
    "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/${element(var.names, count.index)}:1",
    "essential": true,
    "stopTimeout": 20,
    "environment": [{ "name": "HEAP_MB", "value": "${floor(lookup(var.memory, element(var.names, count.index)) * 0.75)}" }]
  }
]
DEFINITION
}

resource "aws_ecs_service" "service" {
  count           = "${length(var.names)}"
  name            = "${element(var.names, count.index)}"
  cluster         = "${aws_ecs_cluster.cluster.id}"
  task_definition = "${aws_ecs_task_definition.task[count.index].arn}"
  desired_count   = "${var.counts[element(var.names, count.index)]}"
  launch_type     = "FARGATE"

  network_configuration {
    subnets = "${var.private_subnet_ids}"
  }
}

resource "aws_ecs_task_definition" "scheduler" {
  family                   = "scheduler"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "${var.scheduler_cpu}"
  memory                   = "${var.scheduler_memory}"

  container_definitions = <<-EOF
    [{ "name": "scheduler", "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/scheduler:1.4.1", "essential": true }]
  EOF
}

resource "aws_ecs_service" "scheduler" {
  name            = "scheduler"
  cluster         = "${aws_ecs_cluster.cluster.id}"
  task_definition = "${aws_ecs_task_definition.scheduler.arn}"
  desired_count   = 2
  launch_type     = "FARGATE"

  network_configuration {
    subnets = "${var.private_subnet_ids}"
  }
}
