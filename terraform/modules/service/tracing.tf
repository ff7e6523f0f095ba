# X-Ray's own daemon is in maintenance since 2026-02-25, so traces go through AWS's OpenTelemetry collector.
locals {
  collector_config = {
    extensions = merge(
      { health_check = { endpoint = "127.0.0.1:13133" } },
      # SDKs ask the collector for the cluster's sampling rule as they asked the daemon: TCP 2000.
      local.xray_sampler ? { awsproxy = { endpoint = "127.0.0.1:2000", region = local.region } } : {},
    )
    receivers = {
      otlp = { protocols = { grpc = { endpoint = "127.0.0.1:4317" }, http = { endpoint = "127.0.0.1:4318" } } }
    }
    processors = merge(
      {
        # Spans are dropped before the kernel kills the collector.
        memory_limiter    = { check_interval = "1s", limit_percentage = 80, spike_limit_percentage = 20 }
        batch             = { timeout = "5s", send_batch_size = 50 }
        resourcedetection = { detectors = ["env", "ecs"], timeout = "2s" }
      },
      # By the trace's id, with one seed and rate a cluster: every service keeps the same traces whole.
      local.xray_sampler ? {} : {
        probabilistic_sampler = {
          hash_seed           = var.cluster.tracing.seed
          sampling_percentage = 100 * var.cluster.tracing.sampling_rate
        }
      },
    )
    exporters = { awsxray = { region = local.region } }
    service = {
      extensions = local.xray_sampler ? ["health_check", "awsproxy"] : ["health_check"]
      pipelines = {
        traces = {
          receivers = ["otlp"]
          processors = concat(
            ["memory_limiter"],
            local.xray_sampler ? [] : ["probabilistic_sampler"],
            ["resourcedetection", "batch"],
          )
          exporters = ["awsxray"]
        }
      }
    }
  }

  xray_sampler = var.tracing.sampler == "xray"

  # What the application is told, as far as it does not say it itself: in any variable that an SDK prefers or would be
  # contradicted in. Port and protocol go together, for SDKs differ in their default (Python's is gRPC, Node's is not).
  own       = merge({ for one in try(local.running.environment, []) : one.name => one.value }, var.task.environment)
  own_names = setunion(keys(local.own), keys(local.secrets))
  own_export = length(setintersection(local.own_names, [
    "OTEL_TRACES_EXPORTER",
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
  ])) > 0
  tracing_environment = !var.tracing.enabled ? {} : { for name, value in merge(
    local.own_export || var.tracing.protocol == "sdk" ? {} : {
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL = var.tracing.protocol
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = (
        var.tracing.protocol == "grpc" ? "http://127.0.0.1:4317" : "http://127.0.0.1:4318/v1/traces"
      )
    },
    # Told nothing, an SDK sends metrics and logs where it sends traces, and this collector takes none.
    contains(local.own_names, "OTEL_EXPORTER_OTLP_ENDPOINT") ? {} : { for signal in ["METRICS", "LOGS"] :
      "OTEL_${signal}_EXPORTER" => "none" if !contains(local.own_names, "OTEL_EXPORTER_OTLP_${signal}_ENDPOINT")
    },
    # With the cluster's name: X-Ray knows services by this alone, in all of a region.
    (
      strcontains(lookup(local.own, "OTEL_RESOURCE_ATTRIBUTES", ""), "service.name=")
      ? {}
      : { OTEL_SERVICE_NAME = local.full_name }
    ),
    length(var.tracing.propagators) == 0 ? {} : { OTEL_PROPAGATORS = join(",", var.tracing.propagators) },
    (
      local.xray_sampler
      ? { OTEL_TRACES_SAMPLER = "xray", OTEL_TRACES_SAMPLER_ARG = "endpoint=http://127.0.0.1:2000" }
      : {}
    ),
  ) : name => value if !contains(local.own_names, name) }

  collector = {
    name      = "otel-collector"
    image     = var.tracing.image
    cpu       = var.tracing.cpu
    memory    = var.tracing.memory
    essential = false # losing traces must not lose the task
    # ECS leaves a container that is not essential where it fell: without this its first fault ends the traces.
    restartPolicy = { enabled = true, restartAttemptPeriod = 60 }
    environment = [
      { name = "AOT_CONFIG_CONTENT", value = jsonencode(local.collector_config) },
      { name = "AWS_REGION", value = local.region },
    ]
    healthCheck = {
      command     = ["CMD", "/healthcheck"]
      interval    = 30
      timeout     = 5
      retries     = 3
      startPeriod = 10
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = merge(local.cloudwatch_log.options, {
        awslogs-group         = aws_cloudwatch_log_group.debug.name
        awslogs-stream-prefix = "otel-collector"
      })
    }
    mountPoints    = []
    portMappings   = []
    systemControls = []
    volumesFrom    = []
  }
}
