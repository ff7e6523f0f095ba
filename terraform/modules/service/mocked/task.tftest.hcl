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
  name        = "api"
  environment = "production"
  cost_center = "retail"
  cluster = {
    name               = "production"
    arn                = "arn:aws:ecs:us-east-1:111122223333:cluster/production"
    namespace_id       = "ns-0123456789abcdef"
    exec_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/production/exec"
  }
  network = { vpc_id = "vpc-0123456789abcdef0", subnet_ids = ["subnet-a", "subnet-b", "subnet-c"] }
  task    = { image = "registry.example/api:1", cpu = 256, memory = 512, startup_seconds = 24, port = 8080 }
  scaling = { min = 2, max = 8 }
}

run "plain_task_is_accepted" {
  command = plan
  assert {
    condition     = aws_ecs_task_definition.this.cpu == "256" && aws_ecs_task_definition.this.memory == "512"
    error_message = "the size is not the one asked for"
  }
}

run "startup_of_1_and_200_seconds_are_the_bounds_low" {
  command = plan
  variables {
    task = merge(var.task, { startup_seconds = 1 })
  }
  assert {
    condition     = output.timing.start_period == 10
    error_message = "a quick start still gets 10 s"
  }
}

run "startup_of_1_and_200_seconds_are_the_bounds_high" {
  command = plan
  variables {
    task = merge(var.task, { startup_seconds = 200 })
  }
  assert {
    condition     = output.timing.start_period == 300 && output.timing.interval == 30 && output.timing.retries == 5
    error_message = "the slowest start allowed takes the whole 300 s"
  }
}

run "timing_follows_the_startup_time" {
  command = plan
  variables {
    task = merge(var.task, { startup_seconds = 45 })
  }
  assert {
    condition = (
      output.timing.start_period == 70 &&
      output.timing.interval == 15 &&
      output.timing.timeout == 7 &&
      output.timing.retries == 3
    )
    error_message = "45 s of start-up give 70 s, every 15 s, 7 s each, 3 tries"
  }
}

run "startup_of_0_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { startup_seconds = 0 })
  }
  expect_failures = [var.task]
}

run "startup_of_201_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { startup_seconds = 201 })
  }
  expect_failures = [var.task]
}

run "startup_of_half_seconds_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { startup_seconds = 24.5 })
  }
  expect_failures = [var.task]
}

run "stop_timeout_of_120_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { stop_timeout = 120 })
  }
}

run "stop_timeout_of_121_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { stop_timeout = 121 })
  }
  expect_failures = [var.task]
}

run "stop_timeout_of_1_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { stop_timeout = 1, longest_request = 1 })
  }
  expect_failures = [var.task]
}

run "port_65535_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { port = 65535 })
  }
}

run "port_0_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { port = 0 })
  }
  expect_failures = [var.task]
}

run "port_of_the_collector_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { port = 4317 })
  }
  expect_failures = [var.task]
}

run "no_port_with_a_health_command_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { port = null, health_command = ["CMD", "/bin/healthy"] })
  }
}

run "no_port_and_no_health_command_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { port = null, health_command = null })
  }
  expect_failures = [var.task]
}

run "arm_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { architecture = "ARM64" })
  }
}

run "an_unknown_architecture_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { architecture = "arm64" })
  }
  expect_failures = [var.task]
}

run "ephemeral_storage_of_21_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { ephemeral_storage = 21 })
  }
}

run "ephemeral_storage_of_20_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { ephemeral_storage = 20 })
  }
  expect_failures = [var.task]
}

run "ephemeral_storage_of_201_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { ephemeral_storage = 201 })
  }
  expect_failures = [var.task]
}

run "secrets_by_arn_are_accepted" {
  command = plan
  variables {
    task = merge(var.task, {
      secrets = {
        A = "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf:key::"
        B = "arn:aws:ssm:us-east-1:111122223333:parameter/b"
      }
    })
  }
  assert {
    condition = (
      local.secret_arns[0] == "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-AbCdEf" &&
      length(local.parameter_arns) == 1
    )
    error_message = "permission is for the whole secret, without its key"
  }
}

run "a_secret_by_value_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { secrets = { A = "hunter2" } })
  }
  expect_failures = [var.task]
}

run "longest_request_of_30_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { longest_request = 30 })
  }
}

run "longest_request_of_0_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { longest_request = 0 })
  }
  expect_failures = [var.task]
}

run "fargate_pair_is_accepted" {
  command = plan
  variables {
    task = merge(var.task, { cpu = 1024, memory = 8192 })
  }
}

run "memory_too_small_for_the_cpu_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { cpu = 1024, memory = 1024 })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "memory_between_steps_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { cpu = 512, memory = 1536 })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "cpu_that_fargate_does_not_have_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { cpu = 300, memory = 512 })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_sidecar_that_fits_is_accepted" {
  command = plan
  variables {
    tracing = { cpu = 128, memory = 384 }
  }
}

run "a_sidecar_that_starves_the_application_of_cpu_is_refused" {
  command = plan
  variables {
    tracing = { cpu = 129 }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_sidecar_that_starves_the_application_of_memory_is_refused" {
  command = plan
  variables {
    tracing = { memory = 400 }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "exec_on_a_writable_root_is_accepted" {
  command = plan
  variables {
    execute_command = true
  }
}

run "exec_on_a_readonly_root_is_refused" {
  command = plan
  variables {
    execute_command = true
    task            = merge(var.task, { readonly_root_filesystem = true })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "the_init_is_there_unless_it_is_asked_away" {
  command = plan
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].linuxParameters.initProcessEnabled
    error_message = "nothing reaps the children that ECS Exec leaves"
  }
}

run "an_image_with_an_init_of_its_own_is_the_first_process" {
  command = plan
  variables {
    task = merge(var.task, { init_process = false })
  }
  assert {
    condition = !jsondecode(
      aws_ecs_task_definition.this.container_definitions
    )[0].linuxParameters.initProcessEnabled
    error_message = "the image's own init is not the first process"
  }
}

run "an_image_of_another_registry_needs_no_permission" {
  command = plan
  assert {
    condition = (
      length(local.repository_arns) == 0 &&
      length([for one in local.execution_statements : one if one.Sid == "PullImage" || one.Sid == "RegistryToken"]) == 0
    )
    error_message = "permissions for a registry that is not asked"
  }
}

run "every_private_image_of_the_task_may_be_pulled" {
  command = plan
  variables {
    task    = merge(var.task, { image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop/api:1.2" })
    tracing = { image = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/mirror/aws-otel-collector@sha256:0000" }
  }
  assert {
    condition = (
      join(" ", one([for one in local.execution_statements : one if one.Sid == "PullImage"]).Resource) ==
      join(" ", [
        "arn:aws:ecr:us-east-1:111122223333:repository/shop/api",
        "arn:aws:ecr:eu-west-1:444455556666:repository/mirror/aws-otel-collector",
      ])
    )
    error_message = "an image of the task cannot be pulled"
  }
}

run "a_collector_that_is_off_is_not_pulled" {
  command = plan
  variables {
    tracing = { enabled = false, image = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/mirror/aws-otel-collector:1" }
  }
  assert {
    condition     = length(local.repository_arns) == 0
    error_message = "a permission for an image that no container has"
  }
}

run "the_collector_is_started_again_when_it_falls" {
  command = plan
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[1].restartPolicy.enabled
    error_message = "the first fault of the collector ends the traces"
  }
}
