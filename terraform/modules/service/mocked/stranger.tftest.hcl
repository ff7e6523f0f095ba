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

run "roles_and_registry_of_another_owner_are_made_by_nobody_here" {
  command = plan
  variables {
    roles = {
      own_execution_role = false
      own_task_role      = false
      execution_role_arn = "arn:aws:iam::111122223333:role/mine"
      task_role_arn      = "arn:aws:iam::111122223333:role/mine"
    }
    registry = { own = false, arn = "arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1" }
  }
  assert {
    condition = (
      length(aws_iam_role.execution) + length(aws_iam_role.task) + length(aws_iam_role_policy.execution) + length(
        aws_service_discovery_service.this
      ) == 0
    )
    error_message = "the booleans decide"
  }
  assert {
    condition     = aws_ecs_task_definition.this.execution_role_arn == "arn:aws:iam::111122223333:role/mine"
    error_message = "the role that is given"
  }
}

run "a_boolean_that_contradicts_its_arn_is_refused" {
  command = plan
  variables {
    roles = { own_task_role = true, task_role_arn = "arn:aws:iam::111122223333:role/mine" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_boolean_without_its_arn_is_refused" {
  command = plan
  variables {
    roles = { own_execution_role = false }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "groups_of_another_owner_are_put_beside_the_modules_own" {
  command = plan
  variables {
    network = merge(var.network, { security_group_ids = ["sg-database-clients"] })
  }
  assert {
    condition     = length(local.security_group_ids) == 2 && local.security_group_ids[0] == "sg-database-clients"
    error_message = "the module's own lets in, the other is let into the database"
  }
}

run "a_role_has_the_path_and_boundary_asked_for" {
  command = plan
  variables {
    roles = { path = "/service/", permissions_boundary = "arn:aws:iam::111122223333:policy/boundary" }
  }
  assert {
    condition = alltrue([
      for role in [aws_iam_role.execution[0], aws_iam_role.task[0]] :
      role.path == "/service/" && role.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    ])
    error_message = "both roles"
  }
}

run "a_path_without_slashes_is_refused" {
  command = plan
  variables {
    roles = { path = "service" }
  }
  expect_failures = [var.roles]
}

run "a_boundary_that_is_no_policy_is_refused" {
  command = plan
  variables {
    roles = { permissions_boundary = "arn:aws:iam::111122223333:role/mine" }
  }
  expect_failures = [var.roles]
}

run "a_statement_has_its_conditions_and_one_without_has_none" {
  command = plan
  variables {
    task_policy_statements = [
      { sid = "Plain", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::bucket/*"] },
      { sid = "Only", actions = ["kms:Decrypt"], resources = ["*"], conditions = [
        { test = "StringEquals", variable = "kms:ViaService", values = ["s3.us-east-1.amazonaws.com"] },
        { test = "StringEquals", variable = "aws:SourceVpce", values = ["vpce-1"] },
        { test = "Bool", variable = "aws:SecureTransport", values = ["true"] },
      ] },
    ]
  }
  assert {
    condition = (
      jsonencode(one([for one in local.application_statements : one if one.Sid == "Only"]).Condition) == jsonencode({
        Bool         = { "aws:SecureTransport" = ["true"] }
        StringEquals = { "kms:ViaService" = ["s3.us-east-1.amazonaws.com"], "aws:SourceVpce" = ["vpce-1"] }
      })
    )
    error_message = "all of them, by their tests"
  }
  assert {
    condition = !contains(
      keys(one([for one in local.application_statements : one if one.Sid == "Plain"])),
      "Condition"
    )
    error_message = "none where none is asked"
  }
}

run "a_health_command_of_nothing_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { health_command = [] })
  }
  expect_failures = [var.task]
}

run "a_health_command_without_cmd_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { health_command = ["/app", "probe"] })
  }
  expect_failures = [var.task]
}

run "an_image_without_a_shell_asks_its_own_probe" {
  command = plan
  variables {
    task = merge(var.task, { health_command = ["CMD", "/app", "healthcheck"] })
  }
  assert {
    condition = (
      join(" ", jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command) ==
      "CMD /app healthcheck"
    )
    error_message = "no shell is asked"
  }
}

run "the_container_asks_the_live_path_and_the_load_balancer_its_own" {
  command = plan
  variables {
    task = merge(var.task, { live_path = "/live" })
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/a/0/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
      health_path       = "/ready"
    }
  }
  assert {
    condition = (
      strcontains(
        jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command[1],
        ":8080/live "
      ) &&
      !strcontains(
        jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command[1],
        "/ready"
      ) &&
      one(aws_lb_target_group.this["this"].health_check).path == "/ready"
    )
    error_message = "two paths"
  }
}

run "without_a_live_path_both_ask_the_same" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/a/0/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
      health_path       = "/ready"
    }
  }
  assert {
    condition = strcontains(
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command[1],
      ":8080/ready "
    )
    error_message = "one path"
  }
}

run "a_live_path_without_a_slash_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { live_path = "live" })
  }
  expect_failures = [var.task]
}

run "a_check_that_leaves_the_tasks_own_process_is_told" {
  command = plan
  variables {
    task = merge(var.task, {
      health_command = ["CMD-SHELL", "curl -f http://127.0.0.1:8080/live && curl -f http://db.example/ping"]
    })
  }
  expect_failures = [check.health]
}

run "a_check_of_the_task_itself_is_none_of_that" {
  command = plan
  variables {
    task = merge(var.task, {
      health_command = ["CMD-SHELL", "curl -f http://localhost:8080/live || wget -q http://[::1]:8080/ || curl $URL"]
    })
  }
  assert {
    condition     = local.health_command[0] == "CMD-SHELL"
    error_message = "the task's own process"
  }
}

run "a_clusters_name_that_names_cannot_begin_with_is_refused" {
  command = plan
  variables {
    cluster = merge(var.cluster, { name = "Fin_Prod" })
  }
  expect_failures = [var.cluster]
}

run "a_clusters_name_that_is_too_long_is_refused" {
  command = plan
  variables {
    cluster = merge(var.cluster, { name = "a23456789012345678901" })
  }
  expect_failures = [var.cluster]
}

run "a_stem_takes_the_place_of_a_name_that_will_not_do" {
  command = plan
  variables {
    cluster = merge(var.cluster, { name = "Fin_Prod", stem = "fin-prod" })
  }
  assert {
    condition = (
      aws_security_group.this.name == "fin-prod-api-tasks" &&
      module.scaling[0].target.resource_id == "service/Fin_Prod/api"
    )
    error_message = "names begin with the stem, the cluster keeps its own"
  }
}

run "a_read_only_root_has_writable_folders" {
  command = plan
  variables {
    task = merge(var.task, { readonly_root_filesystem = true, writable = ["/tmp", "/var/run/app"] })
  }
  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem &&
      join(" ", [
        for one in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints :
        one.containerPath
      ]) == "/tmp /var/run/app"
    )
    error_message = "a volume for each"
  }
}

run "the_root_is_writable_unless_it_is_asked_otherwise" {
  command = plan
  assert {
    condition = (
      !jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem &&
      length(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints) == 0
    )
    error_message = "an application that writes there would fail"
  }
}

run "a_writable_folder_that_is_no_path_is_refused" {
  command = plan
  variables {
    task = merge(var.task, { writable = ["tmp"] })
  }
  expect_failures = [var.task]
}

run "a_session_under_a_customers_key_may_be_decrypted" {
  command = plan
  variables {
    execute_command = true
    cluster         = merge(var.cluster, { exec_kms_key = "arn:aws:kms:us-east-1:111122223333:key/0" })
  }
  assert {
    condition = (
      join(",", one([for one in local.task_statements : one.Resource if one.Sid == "DecryptSession"])) ==
      "arn:aws:kms:us-east-1:111122223333:key/0"
    )
    error_message = "ECS Exec fails without"
  }
}

run "a_key_that_is_named_by_its_alias_is_permitted_by_it" {
  command = plan
  variables {
    execute_command = true
    cluster         = merge(var.cluster, { exec_kms_key = "alias/exec" })
  }
  assert {
    condition = (
      jsonencode(one([for one in local.task_statements : one if one.Sid == "DecryptSession"]).Condition) == jsonencode(
        { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = ["alias/exec"] } }
      )
    )
    error_message = "aliases move"
  }
}

run "without_sessions_no_key_is_asked_for" {
  command = plan
  variables {
    cluster = merge(var.cluster, { exec_kms_key = "0" })
  }
  assert {
    condition     = length([for one in local.task_statements : one if one.Sid == "DecryptSession"]) == 0
    error_message = "least privilege"
  }
}

run "whoever_is_on_call_is_told_where_a_topic_is_given" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0f/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
    }
    cluster = merge(var.cluster, { container_insights = true })
    alarms  = { topic = { arn = "arn:aws:sns:us-east-1:111122223333:alerts" } }
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.unhealthy[0].dimensions.LoadBalancer == "app/shop/0f" &&
      aws_cloudwatch_metric_alarm.unhealthy[0].evaluation_periods == max(3, ceil(local.grace_period / 60)) &&
      aws_cloudwatch_metric_alarm.unhealthy[0].threshold == 0
    )
    error_message = "longer than a start"
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.errors[0].threshold == 5 &&
      aws_cloudwatch_metric_alarm.at_max[0].threshold == 8 &&
      aws_cloudwatch_metric_alarm.at_max[0].evaluation_periods == 15
    )
    error_message = "thresholds of the values"
  }
}

run "whoever_is_on_call_is_told_where_the_cluster_has_a_topic" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0f/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
    }
    cluster = merge(var.cluster, {
      container_insights = true
      alerts             = { arn = "arn:aws:sns:us-east-1:111122223333:cluster" }
    })
  }
  assert {
    condition = alltrue([
      for made in concat(
        aws_cloudwatch_metric_alarm.unhealthy,
        aws_cloudwatch_metric_alarm.errors,
        [one(aws_cloudwatch_metric_alarm.at_max)],
      ) :
      one(made.alarm_actions) == "arn:aws:sns:us-east-1:111122223333:cluster" && made.ok_actions == made.alarm_actions
    ])
    error_message = "nothing has to be asked for"
  }
  assert {
    condition = one([
      for query in aws_cloudwatch_metric_alarm.errors[0].metric_query : query.expression if query.return_data
    ]) == "IF(FILL(errors, 0) >= 2, 100 * FILL(errors, 0) / requests, 0)"
    error_message = "one error at night is no alarm"
  }
}

run "a_topic_of_ones_own_is_told_instead_of_the_clusters" {
  command = plan
  variables {
    cluster = merge(var.cluster, {
      container_insights = true
      alerts             = { arn = "arn:aws:sns:us-east-1:111122223333:cluster" }
    })
    alarms = { topic = { arn = "arn:aws:sns:us-east-1:111122223333:own" } }
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.at_max[0].alarm_actions) == "arn:aws:sns:us-east-1:111122223333:own"
    error_message = "said is said"
  }
}

run "without_a_topic_nobody_pays_for_alarms" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0f/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
    }
    cluster = merge(var.cluster, { container_insights = true })
  }
  assert {
    condition = (
      length(
        aws_cloudwatch_metric_alarm.unhealthy
      ) + length(aws_cloudwatch_metric_alarm.errors) + length(aws_cloudwatch_metric_alarm.at_max) == 0
    )
    error_message = "they would tell nobody"
  }
}

run "null_is_no_alarm_whatever_topic_there_is" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0f/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
    }
    cluster = merge(var.cluster, {
      container_insights = true
      alerts             = { arn = "arn:aws:sns:us-east-1:111122223333:cluster" }
    })
    alarms = null
  }
  assert {
    condition = (
      length(
        aws_cloudwatch_metric_alarm.unhealthy
      ) + length(aws_cloudwatch_metric_alarm.errors) + length(aws_cloudwatch_metric_alarm.at_max) == 0
    )
    error_message = "all are off"
  }
}

run "a_minute_without_an_error_cannot_count" {
  command = plan
  variables {
    alarms = { errors_least = 0 }
  }
  expect_failures = [var.alarms]
}

run "each_alarm_can_be_switched_off" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0f/1"
      security_group_id = "sg-1"
      priority          = 100
      paths             = ["/*"]
    }
    cluster = merge(var.cluster, { container_insights = true })
    alarms = {
      topic          = { arn = "arn:aws:sns:us-east-1:111122223333:alerts" }
      unhealthy      = false
      errors_percent = 0
      at_max_minutes = 0
    }
  }
  assert {
    condition = (
      length(
        aws_cloudwatch_metric_alarm.unhealthy
      ) + length(aws_cloudwatch_metric_alarm.errors) + length(aws_cloudwatch_metric_alarm.at_max) == 0
    )
    error_message = "all three"
  }
}

run "a_service_without_a_target_group_has_no_alarm_on_one" {
  command = plan
  variables {
    alarms = { topic = { arn = "arn:aws:sns:us-east-1:111122223333:alerts" } }
  }
  assert {
    condition = (
      length(
        aws_cloudwatch_metric_alarm.unhealthy
      ) + length(aws_cloudwatch_metric_alarm.errors) + length(aws_cloudwatch_metric_alarm.at_max) == 0
    )
    error_message = "nor one on a count that nobody tells"
  }
}

run "a_share_of_errors_above_all_is_refused" {
  command = plan
  variables {
    alarms = { topic = { arn = "arn:aws:sns:us-east-1:111122223333:alerts" }, errors_percent = 100 }
  }
  expect_failures = [var.alarms]
}

run "half_a_minute_at_the_maximum_is_refused" {
  command = plan
  variables {
    alarms = { topic = { arn = "arn:aws:sns:us-east-1:111122223333:alerts" }, at_max_minutes = 0.5 }
  }
  expect_failures = [var.alarms]
}
