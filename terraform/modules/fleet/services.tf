module "service" {
  source   = "../service"
  for_each = local.services

  name        = try(coalesce(local.adopted[each.key].stem), each.key)
  adopt       = local.adopted[each.key]
  environment = var.environment
  cost_center = coalesce(each.value.cost_center, var.cost_center)
  tags        = merge(try(local.adopted[each.key].tags, {}), each.value.tags)
  cluster     = module.cluster.cluster

  # What is taken over has its own, which is said where everyone else would say it.
  network = {
    vpc_id             = var.vpc_id
    subnet_ids         = var.private_subnet_ids
    assign_public_ip   = try(local.adopted[each.key].assign_public_ip, null)
    security_group_ids = try(local.adopted[each.key].security_group_ids, null)
    own_security_group = try(local.adopted[each.key].own_security_group, null)
  }
  roles = merge(var.roles, {
    execution_role_arn = try(local.adopted[each.key].execution_role_arn, null)
    task_role_arn      = try(local.adopted[each.key].task_role_arn, null)
    own_execution_role = try(local.adopted[each.key].own_execution_role, null)
    own_task_role      = try(local.adopted[each.key].own_task_role, null)
  })
  registry = merge(
    try({ for key, value in local.adopted[each.key].registry : key => value }, {}),
    { register = try(local.adopted[each.key].register, null) },
  )

  task = {
    image                    = each.value.image
    cpu                      = each.value.cpu
    memory                   = each.value.memory
    startup_seconds          = each.value.startup_seconds
    port                     = each.value.port
    architecture             = each.value.architecture
    command                  = each.value.command
    environment              = merge(coalesce(each.value.environment, {}), local.call_environment[each.key])
    secrets                  = each.value.secrets
    health_command           = each.value.health_command
    live_path                = each.value.live_path
    stop_timeout             = each.value.stop_timeout
    longest_request          = each.value.longest_request
    ephemeral_storage        = each.value.ephemeral_storage
    readonly_root_filesystem = each.value.readonly_root_filesystem
    writable                 = each.value.writable
    init_process             = each.value.init_process
    spot                     = each.value.spot
    former_port              = each.value.former_port
    on_demand                = each.value.on_demand
    user                     = each.value.user
    capabilities             = each.value.capabilities
    ulimits                  = each.value.ulimits
    repository_credentials   = each.value.repository_credentials
    depends_on               = each.value.depends_on
    mounts                   = each.value.mounts
    volumes                  = each.value.volumes
    containers               = each.value.containers
  }

  traffic = each.value.traffic == null ? null : merge(each.value.traffic, {
    paths = (
      each.value.traffic.paths == tolist(["/*"]) && try(coalesce(local.adopted[each.key].any_path), false)
      ? tolist([])
      : each.value.traffic.paths
    )
    hosts = (
      each.value.traffic.hosts != null
      ? each.value.traffic.hosts
      : try(local.adopted[each.key].hosts, null)
    )
    listener_arn = try(module.load_balancer[local.hangs_on[each.key]].listener_arn, null)
    security_group_id = try(
      module.load_balancer[local.hangs_on[each.key]].security_group_id,
      local.adopted[each.key].foreign_load_balancer
    )
  })

  scaling                = each.value.scaling
  desired_count          = each.value.desired_count
  deployment             = each.value.deployment
  egress                 = each.value.egress
  secret_kms_key_arns    = each.value.secret_kms_key_arns
  task_policy_statements = each.value.task_policy_statements
  alarms                 = var.alarms
  execute_command        = each.value.execute_command
  logs                   = var.logs
  tracing = merge(
    { for key, value in var.tracing : key => value if !contains(["sampling_rate", "seed", "reservoir"], key) },
    each.value.tracing == null ? {} : { enabled = each.value.tracing },
  )
}
