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

run "a_volume_of_the_tasks_own_is_mounted" {
  command = plan
  variables {
    task = merge(var.task, { volumes = { cache = {} }, mounts = [{ volume = "cache", path = "/cache" }] })
  }
  assert {
    condition = (
      one(aws_ecs_task_definition.this.volume).name == "cache" &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).mountPoints == [{ sourceVolume = "cache", containerPath = "/cache", readOnly = false }]
    )
    error_message = "the volume is in the task and in the application"
  }
}

run "efs_is_mounted_encrypted_and_as_the_tasks_role" {
  command = plan
  variables {
    task = merge(var.task, {
      volumes = { data = { efs = { file_system_id = "fs-0abc", access_point_id = "fsap-0abc" } } }
      mounts  = [{ volume = "data", path = "/data" }]
    })
    egress = { efs = { port = 2049, security_group_id = "sg-0efs" } }
  }
  assert {
    condition = (
      one(one(aws_ecs_task_definition.this.volume).efs_volume_configuration).transit_encryption == "ENABLED" &&
      one(one(one(aws_ecs_task_definition.this.volume).efs_volume_configuration).authorization_config).iam == "ENABLED"
    )
    error_message = "encryption in transit and IAM are on"
  }
}

run "efs_permission_is_for_the_file_system_by_its_access_point" {
  command = plan
  variables {
    task = merge(var.task, {
      volumes = { data = { efs = { file_system_id = "fs-0abc", access_point_id = "fsap-0abc" } } }
      mounts  = [{ volume = "data", path = "/data", read_only = true }]
    })
    egress = { efs = { port = 2049, security_group_id = "sg-0efs" } }
  }
  assert {
    condition = (
      one([for one in jsondecode(aws_iam_role_policy.task["this"].policy).Statement : one if one.Sid == "MountData"]) ==
      {
        Sid      = "MountData"
        Effect   = "Allow"
        Action   = ["elasticfilesystem:ClientMount"]
        Resource = ["arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0abc"]
        Condition = { StringEquals = {
          "elasticfilesystem:AccessPointArn" = "arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0abc"
        } }
      }
    )
    error_message = "what is read only may not write"
  }
}

run "efs_that_is_written_may_be_written" {
  command = plan
  variables {
    task = merge(var.task, {
      volumes = { data = { efs = { file_system_id = "fs-0abc" } } }
      mounts  = [{ volume = "data", path = "/data" }]
    })
    egress = { efs = { port = 2049, security_group_id = "sg-0efs" } }
  }
  assert {
    condition = contains(
      one([
        for one in jsondecode(aws_iam_role_policy.task["this"].policy).Statement :
        one
        if one.Sid == "MountData"
      ]).Action,
      "elasticfilesystem:ClientWrite"
    )
    error_message = "a mount that is not read only writes"
  }
}

run "efs_without_a_way_to_it_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { volumes = { data = { efs = { file_system_id = "fs-0abc" } } } })
  }
  expect_failures = [aws_ecs_service.this]
}

run "efs_by_its_arn_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      volumes = {
        data = { efs = { file_system_id = "arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0abc" } }
      }
    })
  }
  expect_failures = [var.task]
}

run "an_access_point_and_a_directory_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      volumes = {
        data = { efs = { file_system_id = "fs-0abc", access_point_id = "fsap-0abc", root_directory = "/data" } }
      }
    })
  }
  expect_failures = [var.task]
}

run "a_volume_with_a_dot_in_its_name_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { volumes = { "a.b" = {} } })
  }
  expect_failures = [var.task]
}

run "a_mount_of_no_volume_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { mounts = [{ volume = "cache", path = "/cache" }] })
  }
  expect_failures = [var.task]
}

run "a_path_that_is_mounted_twice_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      volumes  = { cache = {} }
      mounts   = [{ volume = "cache", path = "/tmp" }]
      writable = ["/tmp"]
    })
  }
  expect_failures = [var.task]
}

run "a_capability_that_fargate_does_not_add_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { capabilities = { add = ["NET_ADMIN"] } })
  }
  expect_failures = [var.task]
}

run "a_capability_by_its_linux_name_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { capabilities = { drop = ["CAP_NET_RAW"] } })
  }
  expect_failures = [var.task]
}

run "a_soft_limit_above_the_hard_one_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { ulimits = { nofile = { soft = 2, hard = 1 } } })
  }
  expect_failures = [var.task]
}

run "registry_credentials_that_are_no_secret_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { repository_credentials = "user:password" })
  }
  expect_failures = [var.task]
}

run "a_container_called_as_the_collector_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { otel-collector = { image = "a:1", memory = 32 } } })
  }
  expect_failures = [var.task]
}

run "a_container_without_memory_to_run_in_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { proxy = { image = "a:1", memory = 4 } } })
  }
  expect_failures = [var.task]
}

run "a_container_that_stops_too_slowly_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { proxy = { image = "a:1", memory = 32, stop_timeout = 121 } } })
  }
  expect_failures = [var.task]
}

run "a_check_of_a_container_that_ecs_does_not_know_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { proxy = { image = "a:1", memory = 32, health_command = ["/check"] } } })
  }
  expect_failures = [var.task]
}

run "a_secret_of_a_container_in_plain_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { proxy = { image = "a:1", memory = 32, secrets = { KEY = "hunter2" } } } })
  }
  expect_failures = [var.task]
}

run "a_container_on_the_applications_port_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { proxy = { image = "a:1", memory = 32, ports = [8080] } } })
  }
  expect_failures = [var.task]
}

run "two_log_routers_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = {
        a = { image = "a:1", memory = 32, firelens = {} }
        b = { image = "b:1", memory = 32, firelens = {} }
      }
    })
  }
  expect_failures = [var.task]
}

run "on_demand_without_spot_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { on_demand = { base = 1 } })
  }
  expect_failures = [var.task]
}

run "on_demand_for_every_task_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { spot = true, on_demand = { percent = 100 } })
  }
  expect_failures = [var.task]
}

run "user_limits_capabilities_and_credentials_are_told" {
  command = plan
  variables {
    task = merge(var.task, {
      user                   = "1000:1000"
      ulimits                = { nofile = { soft = 1024, hard = 4096 } }
      capabilities           = { add = ["SYS_PTRACE"], drop = ["NET_RAW"] }
      repository_credentials = "arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf"
    })
  }
  assert {
    condition = (
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).user ==
      "1000:1000" &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).ulimits == [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }] &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).linuxParameters.capabilities == { add = ["SYS_PTRACE"], drop = ["NET_RAW"] } &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).repositoryCredentials.credentialsParameter ==
      "arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf"
    )
    error_message = "each reaches the container"
  }
}

run "the_secret_of_a_private_registry_may_be_read" {
  command = plan
  variables {
    task = merge(var.task, {
      repository_credentials = "arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf"
    })
  }
  assert {
    condition = (
      one([
        for one in jsondecode(aws_iam_role_policy.execution[0].policy).Statement :
        one
        if one.Sid == "ReadSecrets"
      ]).Resource == ["arn:aws:secretsmanager:us-east-1:111122223333:secret:registry-AbCdEf"]
    )
    error_message = "ECS reads it to pull"
  }
}

run "a_container_is_taken_out_of_the_size" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { proxy = { image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/proxy:1", cpu = 32, memory = 64 } }
    })
  }
  assert {
    condition = (
      one([for one in jsondecode(aws_ecs_task_definition.this.container_definitions) : one if one.name == "api"]).cpu ==
      192 &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).memory ==
      320 &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "proxy"
      ]).memory == 64
    )
    error_message = "256/512 less the collector (32/128) and the container (32/64)"
  }
}

run "the_image_of_a_container_may_be_pulled" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { proxy = { image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/proxy:1", memory = 64 } }
    })
  }
  assert {
    condition = contains(
      one([
        for one in jsondecode(aws_iam_role_policy.execution[0].policy).Statement :
        one
        if one.Sid == "PullImage"
      ]).Resource,
      "arn:aws:ecr:us-east-1:111122223333:repository/proxy"
    )
    error_message = "its repository is named"
  }
}

run "containers_that_leave_the_application_too_little_are_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { proxy = { image = "a:1", cpu = 100, memory = 64 } } })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_container_of_the_applications_name_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { containers = { api = { image = "a:1", memory = 64 } } })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "the_log_router_takes_the_applications_lines" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { router = { image = "a:1", memory = 64, essential = true, firelens = {} } }
    })
  }
  assert {
    condition = (
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).logConfiguration.logDriver == "awsfirelens" &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).logConfiguration.options.log_group_name == "/ecs/production/api/application" &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).dependsOn == [{ containerName = "router", condition = "START" }] &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "router"
      ]).firelensConfiguration == { type = "fluentbit" } &&
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "router"
      ]).logConfiguration.logDriver == "awslogs"
    )
    error_message = "through the router to the same group"
  }
}

run "the_log_router_may_write_as_the_task" {
  command = plan
  variables {
    task = merge(var.task, { containers = { router = { image = "a:1", memory = 64, firelens = {} } } })
  }
  assert {
    condition = contains(
      one([
        for one in jsondecode(aws_iam_role_policy.task["this"].policy).Statement :
        one
        if one.Sid == "RouteLogs"
      ]).Action,
      "logs:PutLogEvents"
    )
    error_message = "it acts under the task role"
  }
}

run "lines_that_are_sent_elsewhere_ask_no_permission_here" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { router = { image = "a:1", memory = 64, firelens = { log_options = { Name = "http" } } } }
    })
  }
  assert {
    condition = (
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).logConfiguration.options == { Name = "http" } &&
      length([
        for one in jsondecode(aws_iam_role_policy.task["this"].policy).Statement :
        one
        if one.Sid == "RouteLogs"
      ]) ==
      0
    )
    error_message = "log_options decide"
  }
}

run "an_application_waits_for_what_must_end_first" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { migrate = { image = "a:1", memory = 64 } }
      depends_on = { migrate = "SUCCESS" }
    })
  }
  assert {
    condition = (
      one([
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
        one
        if one.name == "api"
      ]).dependsOn == [{ containerName = "migrate", condition = "SUCCESS" }]
    )
    error_message = "the condition is said"
  }
}

run "waiting_on_nothing_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { depends_on = { migrate = "SUCCESS" } })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "waiting_on_an_end_that_never_comes_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { proxy = { image = "a:1", memory = 64, essential = true } }
      depends_on = { proxy = "COMPLETE" }
    })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "waiting_on_health_that_nobody_checks_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { proxy = { image = "a:1", memory = 64 } }
      depends_on = { proxy = "HEALTHY" }
    })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "waiting_on_each_other_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { proxy = { image = "a:1", memory = 64, depends_on = { api = "START" } } }
      depends_on = { proxy = "START" }
    })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "waiting_on_a_state_that_is_none_is_refused" {
  command = plan
  variables {
    task = merge(var.task, {
      containers = { proxy = { image = "a:1", memory = 64 } }
      depends_on = { proxy = "READY" }
    })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_task_role_that_is_kept_is_warned_of_what_it_must_allow" {
  command = plan
  variables {
    roles  = { task_role_arn = "arn:aws:iam::111122223333:role/old" }
    task   = merge(var.task, { volumes = { data = { efs = { file_system_id = "fs-0abc" } } } })
    egress = { efs = { port = 2049, security_group_id = "sg-0efs" } }
  }
  expect_failures = [check.kept_task_role]
}

run "a_log_router_with_a_task_role_that_is_kept_is_warned_of_too" {
  command = plan
  variables {
    roles = { task_role_arn = "arn:aws:iam::111122223333:role/old" }
    task = merge(var.task, {
      containers = { router = { image = "registry.example/router:1", memory = 64, firelens = {} } }
    })
  }
  expect_failures = [check.kept_task_role]
}
