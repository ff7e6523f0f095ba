# X-Ray's own daemon is in maintenance since 2026-02-25, so traces go through AWS's OpenTelemetry collector.
locals {
  collector_config = {
    extensions = {
      health_check = { endpoint = "127.0.0.1:13133" }
      # SDKs ask the collector for the sampling rule below as they asked the daemon: TCP 2000.
      awsproxy = { endpoint = "127.0.0.1:2000", region = local.region }
    }
    receivers = {
      otlp = { protocols = { grpc = { endpoint = "127.0.0.1:4317" }, http = { endpoint = "127.0.0.1:4318" } } }
    }
    processors = {
      # Spans are dropped before the kernel kills the collector.
      memory_limiter    = { check_interval = "1s", limit_percentage = 80, spike_limit_percentage = 20 }
      batch             = { timeout = "5s", send_batch_size = 50 }
      resourcedetection = { detectors = ["env", "ecs"], timeout = "2s" }
    }
    exporters = { awsxray = { region = local.region } }
    service = {
      extensions = ["health_check", "awsproxy"]
      pipelines = {
        traces = { receivers = ["otlp"], processors = ["memory_limiter", "resourcedetection", "batch"], exporters = ["awsxray"] }
      }
    }
  }

  tracing_environment = var.tracing.enabled ? {
    OTEL_SERVICE_NAME           = var.name
    OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:4318"
    OTEL_PROPAGATORS            = "xray,tracecontext,baggage"
    OTEL_TRACES_SAMPLER         = "xray"
    OTEL_TRACES_SAMPLER_ARG     = "endpoint=http://127.0.0.1:2000"
  } : {}

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
      options = merge(local.application_log.options, {
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

resource "aws_xray_sampling_rule" "this" {
  count = var.tracing.enabled ? 1 : 0

  # 32 characters at most: the hash keeps two long names apart.
  rule_name      = "${substr(local.full_name, 0, 23)}-${substr(sha1(local.full_name), 0, 8)}"
  version        = 1
  priority       = var.tracing.sampling_priority
  reservoir_size = var.tracing.reservoir
  fixed_rate     = var.tracing.sampling_rate
  service_name   = var.name
  service_type   = "*"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  resource_arn   = "*"
  tags           = local.tags
}
