# What trimtab optimize wrote of two services, shortened to them.
services = {
  accounts = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/accounts:3.2.5"
    cpu             = 1024
    memory          = 2048
    startup_seconds = 66
    port            = 8080
    cost_center     = "retail"
    environment = {
      DB_HOST           = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
      JAVA_TOOL_OPTIONS = "-XX:MaxRAMPercentage=75"
      LOG_LEVEL         = "DEBUG"
      PORT              = "8080"
    }
    egress = {
      database = { port = 5432, cidr = "10.20.0.0/16" }
    }
    traffic = {
      exposure             = "public"
      priority             = 120
      paths                = ["/accounts/*"]
      health_path          = "/health"
      deregistration_delay = 30
    }
    scaling = {
      min           = 4
      max           = 20
      cpu           = { high = 70, low = 55, steps = [{ above = 0, add = 1 }, { above = 20, add = 5 }] }
      memory        = { high = 95, low = 90 }
      scale_in      = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown  = 180
      in_periods    = 5
      in_datapoints = 5
    }
  }

  scheduler = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/scheduler:1.4.1"
    cpu             = 256
    memory          = 512
    startup_seconds = 7
    port            = 8080
    cost_center     = "operations"
    environment = {
      LOG_LEVEL = "DEBUG"
      PORT      = "8080"
      TZ        = "America/New_York"
    }
    scaling = {
      min    = 2
      max    = 2
      cpu    = { high = 70, low = 35 }
      memory = { high = 90, low = 85 }
    }
  }
}
