# A metric of a load balancer that names no dimension is the service's own target group's.
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

override_resource {
  target          = aws_lb_target_group.this
  override_during = plan
  values = {
    arn        = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/api/73e2d6bc24d8a067"
    arn_suffix = "targetgroup/api/73e2d6bc24d8a067"
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
  scaling = {
    min = 2
    max = 8
    metrics = {
      requests = {
        high  = 900
        low   = 300
        steps = [{ above = 0, add = 1 }]
        sources = {
          per_target = {
            namespace   = "AWS/ApplicationELB"
            metric_name = "RequestCountPerTarget"
            stat        = "Sum"
            missing     = 0
          }
        }
      }
    }
  }
}

run "its_own_target_group_is_filled_in" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/a/50dc6c49/f2f7dc8e"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
  }
  assert {
    condition = (
      local.metrics.requests.sources.per_target.dimensions ==
      tomap({ TargetGroup = "targetgroup/api/73e2d6bc24d8a067" })
      && module.scaling[0].alarm_names.requests == "production-api-requests-high"
    )
    error_message = "the alarm would watch nothing: no load balancer publishes requests without a dimension"
  }
}

run "dimensions_that_are_given_stay" {
  command = plan
  variables {
    traffic = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/a/50dc6c49/f2f7dc8e"
      security_group_id = "sg-0123456789abcdef0"
      priority          = 100
      paths             = ["/api/*"]
    }
    scaling = {
      min = 2
      max = 8
      metrics = {
        requests = {
          high  = 900
          low   = 300
          steps = [{ above = 0, add = 1 }]
          sources = {
            public = {
              namespace   = "AWS/ApplicationELB"
              metric_name = "RequestCountPerTarget"
              dimensions  = { TargetGroup = "targetgroup/other/1234567890123456" }
              stat        = "Sum"
              missing     = 0
            }
            age = { namespace = "AWS/SQS", metric_name = "ApproximateAgeOfOldestMessage" }
          }
          expression = "public + age"
        }
      }
    }
  }
  assert {
    condition = (
      local.metrics.requests.sources.public.dimensions ==
      tomap({ TargetGroup = "targetgroup/other/1234567890123456" })
      && length(local.metrics.requests.sources.age.dimensions) == 0
    )
    error_message = "what is given, or is not of a load balancer, is left alone"
  }
}
