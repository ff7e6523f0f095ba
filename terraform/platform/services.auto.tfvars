# Written by trimtab 0.1.0 from 14 days of fin-prod-cluster
# (environment production, region us-east-1, from 2026-11-02T00:00:00Z).
# Fargate at list price: $5,770.82 a month today, $2,475.30 with these values in replay, a saving of
# $3,295.52.
# Net of logs, Container Insights, alarms, load balancers and tracing, beside the replay: $5,790.05,
# $3,071.87 and $2,718.18.
# Where live_path is not given, health_path answers the container's health check too. ECS replaces a task
# that fails either: a path that asks a database has the fleet replaced while that is down.
# Reasons, candidates and cautions: recommendation.json.

services = {
  # 1024/2048 to 256/512, $216.24 to $44.31 a month, replayed.
  # cpu-bound: the work used 0.56 vCPU on average and 2.12 at its peak; about 5.1 tasks on average, 14 at the
  # peak, and by that estimate no other size is cheaper; set by the objective too.
  # Caution: starts of 18.1 s at 1 vCPU may take 73 s at 0.25, if CPU is all they wait for (fewer than 20
  # starts are in the record): measure one.
  # Caution: answers, p95 too, may take up to 4 times as long in an idle task, 8 times at 50 % CPU, more
  # above; least_cpu_units = 1024 rules it out.
  # Caution: ACCOUNTS_URL calls accounts by www.fin.example:80, the fleet's load balancer: its security group
  # would not let that out; the values give it the Cloud Map name of accounts (calls).
  # Caution: AUTH_URL calls auth by www.fin.example:80, the fleet's load balancer: its security group would
  # not let that out; the values give it the Cloud Map name of auth (calls).
  # Caution: today never fewer than 6 tasks; the proposal goes down to 4: where that is too few, set min_tasks
  # for it in the objective.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  api = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/api:2.14.0"
    cpu             = 256
    memory          = 512
    startup_seconds = 73
    port            = 8080
    cost_center     = "retail"
    calls = {
      ACCOUNTS_URL = { service = "accounts", path = "/accounts" }
      AUTH_URL     = { service = "auth", path = "/auth" }
    }
    environment = {
      LOG_LEVEL = "DEBUG"
      PORT      = "8080"
      REDIS     = "fin-prod.x4mple.ng.0001.use1.cache.amazonaws.com:6379"
    }
    egress = {
      cache = { port = 6379, cidr = "10.20.0.0/16" }
    }
    traffic = {
      exposure             = "public"
      priority             = 100
      paths                = ["/api/*"]
      health_path          = "/health"
      deregistration_delay = 30
    }
    scaling = {
      min           = 4
      max           = 28
      cpu           = { high = 60, low = 45, steps = [{ above = 0, add = 1 }, { above = 15, add = 12 }] }
      memory        = { high = 95, low = 90 }
      scale_in      = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown  = 120
      in_periods    = 5
      in_datapoints = 5
    }
  }

  # 2048/4096 to 512/1024, $288.66 to $128.73 a month, replayed.
  # cpu-bound: the work used 1.15 vCPU on average and 3.85 at its peak; about 6.6 tasks on average, 12 at the
  # peak, and by that estimate no other size is cheaper; set by the objective too.
  # Caution: starts of 14.7 s at 2 vCPU may take 59 s at 0.5, if CPU is all they wait for (fewer than 20
  # starts are in the record): measure one.
  # Caution: answers, p95 too, may take up to 4 times as long in an idle task, 8 times at 50 % CPU, more
  # above; least_cpu_units = 1024 rules it out.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  worker = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/worker:1.9.3"
    cpu             = 512
    memory          = 1024
    startup_seconds = 59
    port            = 8080
    cost_center     = "operations"
    callers         = ["api", "scheduler"]
    environment = {
      DB_HOST        = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
      LOG_LEVEL      = "DEBUG"
      PORT           = "8080"
      WORKER_THREADS = "8"
    }
    egress = {
      database = { port = 5432, cidr = "10.20.0.0/16" }
    }
    traffic = {
      exposure             = "internal"
      priority             = 110
      paths                = ["/jobs/*"]
      health_path          = "/health"
      deregistration_delay = 60
    }
    scaling = {
      min           = 5
      max           = 24
      cpu           = { high = 65, low = 40, steps = [{ above = 0, add = 1 }, { above = 25, add = 4 }] }
      memory        = { high = 90, low = 70 }
      scale_in      = { steps = [{ below = 1, remove = 3 }] }
      out_cooldown  = 300
      in_cooldown   = 900
      out_periods   = 2
      in_periods    = 60
      in_datapoints = 60
    }
  }

  # 1024/2048 to 256/512, $72.08 to $18.02 a month, replayed.
  # floor-bound: 2 tasks are enough in 100 % of minutes, so the smallest size that holds 499 MiB is cheapest;
  # set by the objective too.
  # Caution: starts of 7.0 s at 1 vCPU may take 28 s at 0.25, if CPU is all they wait for (no requests are
  # recorded, so the work and a task's own CPU cannot be told apart): measure one.
  # Caution: WORKER_URL calls worker by www.fin.example:80, the fleet's load balancer: its security group
  # would not let that out and worker becomes internal and leaves it; the values give it the Cloud Map name of
  # worker (calls).
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  scheduler = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/scheduler:1.4.1"
    cpu             = 256
    memory          = 512
    startup_seconds = 28
    port            = 8080
    cost_center     = "operations"
    calls = {
      WORKER_URL = { service = "worker", path = "/jobs" }
    }
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

  # 1024/4096 to 1024/2048, $497.92 as recorded to $252.16 a month, replayed.
  # memory-bound: the largest task held 1663 MiB, with 15 % and the 128 MiB collector 2040 MiB, so 2048 MiB;
  # about 7.2 tasks on average, 10 at the peak.
  # Caution: tasks of 256 CPU units and fewer are not tried: a start would take up to 264 s there, and health
  # checks can allow for 200 s at most.
  # Caution: today never fewer than 6 tasks; the proposal goes down to 4: where that is too few, set min_tasks
  # for it in the objective.
  # Caution: today is as recorded, not replayed: replayed it would cost $571.83 a month, $73.99 of it for
  # tasks that start or drain, which no recorded count shows.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  accounts = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/accounts:3.2.5"
    cpu             = 1024
    memory          = 2048
    startup_seconds = 66
    port            = 8080
    cost_center     = "retail"
    callers         = ["api", "payments", "statements"]
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

  # 2048/4096 to 2048/4096, $681.29 to $370.76 a month, replayed.
  # already right: 1024/2048, which the estimate had, saves $18.28 a month, too little to prefer it; the
  # largest task held 496 MiB, with 12 % of the task kept free and the 128 MiB collector 709 MiB.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  auth = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/auth:4.0.2"
    cpu             = 2048
    memory          = 4096
    startup_seconds = 23
    port            = 8080
    cost_center     = "platform"
    callers         = ["api", "cards", "payments", "quotes"]
    environment = {
      LOG_LEVEL = "DEBUG"
      PORT      = "8080"
      REDIS     = "fin-prod.x4mple.ng.0001.use1.cache.amazonaws.com:6379"
      TOKEN_TTL = "900"
    }
    secrets = {
      SIGNING_KEY = "arn:aws:secretsmanager:us-east-1:111122223333:secret:fin/prod/auth-signing-key-Qw3rTy"
    }
    egress = {
      cache = { port = 6379, cidr = "10.20.0.0/16" }
    }
    traffic = {
      exposure             = "public"
      priority             = 130
      paths                = ["/auth/*"]
      health_path          = "/health"
      deregistration_delay = 30
    }
    scaling = {
      min            = 4
      max            = 14
      cpu            = { high = 70, low = 55, steps = [{ above = 0, add = 1 }, { above = 10, add = 4 }] }
      memory         = { high = 90, low = 50 }
      scale_in       = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown   = 180
      out_datapoints = 3
    }
  }

  # 1024/2048 to 512/1024, $155.80 to $71.50 a month, replayed.
  # cpu-bound: the work used 0.97 vCPU on average and 3.64 at its peak; about 4.2 tasks on average, 12 at the
  # peak, and by that estimate no other size is cheaper.
  # Caution: starts of 24.1 s at 1 vCPU may take 49 s at 0.5, if CPU is all they wait for (in what CPU does as
  # tasks come and go nothing of theirs stands out): measure one.
  # Caution: answers, p95 too, may take up to 2 times as long in an idle task, 4 times at 50 % CPU, more
  # above; least_cpu_units = 1024 rules it out.
  # Caution: FRAUD_URL calls fraud by www.fin.example:80, the fleet's load balancer: its security group would
  # not let that out and fraud becomes internal and leaves it; the values give it the Cloud Map name of fraud
  # (calls).
  # Caution: today never fewer than 4 tasks; the proposal goes down to 3: where that is too few, set min_tasks
  # for it in the objective.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  cards = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/cards:2.7.11"
    cpu             = 512
    memory          = 1024
    startup_seconds = 49
    port            = 8080
    cost_center     = "payments"
    callers         = ["api", "payments"]
    calls = {
      FRAUD_URL = { service = "fraud", path = "/fraud" }
    }
    environment = {
      DB_HOST   = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
      LOG_LEVEL = "DEBUG"
      PORT      = "8080"
    }
    egress = {
      database = { port = 5432, cidr = "10.20.0.0/16" }
    }
    traffic = {
      exposure             = "public"
      priority             = 140
      paths                = ["/cards/*"]
      health_path          = "/health"
      deregistration_delay = 30
    }
    scaling = {
      min           = 3
      max           = 22
      cpu           = { high = 65, low = 45, steps = [{ above = 0, add = 1 }, { above = 20, add = 2 }] }
      memory        = { high = 90, low = 65 }
      scale_in      = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown  = 300
      in_cooldown   = 600
      in_periods    = 5
      in_datapoints = 5
    }
  }

  # 4096/8192 to 2048/4096, $933.83 to $448.05 a month, replayed.
  # cpu-bound: the work used 6.88 vCPU on average and 19.01 at its peak; about 6.2 tasks on average, 14 at the
  # peak, and by that estimate no other size is cheaper.
  # Caution: starts of 57.1 s at 4 vCPU may take 115 s at 2, if CPU is all they wait for (in what CPU does as
  # tasks come and go nothing of theirs stands out): measure one.
  # Caution: tasks of 1024 CPU units and fewer are not tried: a start would take up to 229 s there, and health
  # checks can allow for 200 s at most.
  # Caution: today never fewer than 6 tasks; the proposal goes down to 2: where that is too few, set min_tasks
  # for it in the objective.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  fraud = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/fraud:5.1.0"
    cpu             = 2048
    memory          = 4096
    startup_seconds = 115
    port            = 8080
    cost_center     = "risk"
    callers         = ["cards", "payments"]
    environment = {
      LOG_LEVEL     = "DEBUG"
      MODEL_BUCKET  = "fin-prod-models"
      MODEL_VERSION = "2026-09"
      PORT          = "8080"
    }
    traffic = {
      exposure             = "internal"
      priority             = 150
      paths                = ["/fraud/*"]
      health_path          = "/health"
      deregistration_delay = 60
    }
    scaling = {
      min          = 2
      max          = 26
      cpu          = { high = 70, low = 10, steps = [{ above = 0, add = 1 }, { above = 15, add = 4 }] }
      memory       = { high = 90, low = 50 }
      scale_in     = { steps = [{ below = 1, remove = 4 }] }
      out_cooldown = 180
    }
  }

  # 2048/8192 to 2048/4096, $659.59 as recorded to $320.55 a month, replayed.
  # memory-bound: the largest task held 3310 MiB, with 15 % and the 128 MiB collector 3934 MiB, so 4096 MiB;
  # about 4.7 tasks on average, 8 at the peak.
  # Caution: tasks of 512 CPU units and fewer are not tried: a start would take up to 296 s there, and health
  # checks can allow for 200 s at most.
  # Caution: today is as recorded, not replayed: replayed it would cost $813.69 a month, $149.69 of it for
  # tasks that start or drain, which no recorded count shows.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  ledger = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/ledger:3.8.4"
    cpu             = 2048
    memory          = 4096
    startup_seconds = 74
    port            = 8080
    cost_center     = "finance"
    callers         = ["accounts", "payments", "statements", "worker"]
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
      exposure             = "internal"
      priority             = 160
      paths                = ["/ledger/*"]
      health_path          = "/health"
      deregistration_delay = 60
    }
    scaling = {
      min           = 4
      max           = 14
      cpu           = { high = 70, low = 55, steps = [{ above = 0, add = 1 }, { above = 25, add = 3 }] }
      memory        = { high = 90, low = 85 }
      scale_in      = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown  = 180
      in_periods    = 5
      in_datapoints = 5
    }
  }

  # 1024/2048 to 512/1024, $110.32 to $57.65 a month, replayed.
  # memory-bound: the largest task held 381 MiB, with 12 % of the task kept free and the 128 MiB collector 578
  # MiB, so 1024 MiB; about 2.9 tasks on average, 20 at the peak.
  # Caution: starts of 9.0 s at 1 vCPU may take 19 s at 0.5, if CPU is all they wait for (no requests are
  # recorded, so the work and a task's own CPU cannot be told apart): measure one.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  notifications = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/notifications:1.12.0"
    cpu             = 512
    memory          = 1024
    startup_seconds = 19
    port            = 8080
    cost_center     = "operations"
    environment = {
      BATCH_SIZE = "50"
      LOG_LEVEL  = "DEBUG"
      MAIL_FROM  = "no-reply@fin.example"
      PORT       = "8080"
    }
    scaling = {
      min            = 3
      max            = 38
      cpu            = { high = 65, low = 35, steps = [{ above = 0, add = 1 }, { above = 5, add = 3 }] }
      memory         = { high = 90, low = 50 }
      scale_in       = { steps = [{ below = 1, remove = 2 }] }
      out_cooldown   = 120
      in_cooldown    = 180
      out_periods    = 1
      out_datapoints = 1
    }
  }

  # 2048/4096 to 1024/2048, $681.36 to $348.25 a month, replayed.
  # cpu-bound: the work used 6.21 vCPU on average and 9.60 at its peak; about 10.2 tasks on average, 15 at the
  # peak, and by that estimate no other size is cheaper.
  # Caution: starts of 34.6 s at 2 vCPU may take 70 s at 1, if CPU is all they wait for (in what CPU does as
  # tasks come and go nothing of theirs stands out): measure one.
  # Caution: tasks of 256 CPU units and fewer are not tried: a start would take up to 277 s there, and health
  # checks can allow for 200 s at most.
  # Caution: FRAUD_URL calls fraud by www.fin.example:80, the fleet's load balancer: its security group would
  # not let that out and fraud becomes internal and leaves it; the values give it the Cloud Map name of fraud
  # (calls).
  # Caution: LEDGER_URL calls ledger by www.fin.example:80, the fleet's load balancer: its security group
  # would not let that out and ledger becomes internal and leaves it; the values give it the Cloud Map name of
  # ledger (calls).
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  payments = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/payments:6.3.2"
    cpu             = 1024
    memory          = 2048
    startup_seconds = 70
    port            = 8080
    cost_center     = "payments"
    callers         = ["api", "worker"]
    calls = {
      FRAUD_URL  = { service = "fraud", path = "/fraud" }
      LEDGER_URL = { service = "ledger", path = "/ledger" }
    }
    environment = {
      DB_HOST   = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
      LOG_LEVEL = "DEBUG"
      PORT      = "8080"
    }
    secrets = {
      PROCESSOR_API_KEY = "arn:aws:secretsmanager:us-east-1:111122223333:secret:fin/prod/payments-processor-Zx9cVb"
    }
    egress = {
      database = { port = 5432, cidr = "10.20.0.0/16" }
    }
    traffic = {
      exposure             = "public"
      priority             = 170
      paths                = ["/payments/*"]
      health_path          = "/health"
      deregistration_delay = 30
    }
    scaling = {
      min           = 7
      max           = 28
      cpu           = { high = 70, low = 60, steps = [{ above = 0, add = 1 }, { above = 10, add = 4 }] }
      memory        = { high = 90, low = 50 }
      scale_in      = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown  = 180
      in_periods    = 5
      in_datapoints = 5
    }
  }

  # 2048/4096 to 2048/4096, $441.49 to $181.92 a month, replayed.
  # already right: with its scaling steps it costs no more than 1024/2048, which the estimate had; the largest
  # task held 889 MiB, with 12 % of the task kept free and the 128 MiB collector 1155 MiB.
  # Caution: cannot tell on which port FEED_HOST calls feed.markets.example: only 443 is let out; nothing is
  # changed.
  # Caution: today never fewer than 6 tasks; the proposal goes down to 2: where that is too few, set min_tasks
  # for it in the objective.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  quotes = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/quotes:2.0.7"
    cpu             = 2048
    memory          = 4096
    startup_seconds = 16
    port            = 8080
    cost_center     = "markets"
    callers         = ["api"]
    environment = {
      CACHE_SECONDS = "2"
      FEED_HOST     = "feed.markets.example"
      LOG_LEVEL     = "DEBUG"
      PORT          = "8080"
    }
    traffic = {
      exposure             = "public"
      priority             = 180
      paths                = ["/quotes/*"]
      health_path          = "/health"
      deregistration_delay = 30
    }
    scaling = {
      min = 2
      max = 42
      cpu = {
        high  = 60
        low   = 30
        steps = [{ above = 0, add = 1 }, { above = 15, add = 3 }, { above = 35, add = 4 }]
      }
      memory         = { high = 90, low = 50 }
      scale_in       = { steps = [{ below = 1, remove = 1 }] }
      out_cooldown   = 180
      out_periods    = 1
      out_datapoints = 1
    }
  }

  # 4096/16384 to 2048/8192, $1,032.24 to $233.40 a month, replayed.
  # cheapest in replay: with its scaling steps it costs no more than 1024/8192, which the estimate had; the
  # largest task held 6963 MiB, with 15 % and the 128 MiB collector 8136 MiB.
  # Caution: starts of 32.6 s at 4 vCPU may take 66 s at 2, if CPU is all they wait for (no requests are
  # recorded, so the work and a task's own CPU cannot be told apart): measure one.
  # Caution: tasks of 512 CPU units and fewer are not tried: a start would take up to 261 s there, and health
  # checks can allow for 200 s at most.
  # Caution: today never fewer than 6 tasks; the proposal goes down to 2: where that is too few, set min_tasks
  # for it in the objective.
  # Caution: runs LOG_LEVEL=DEBUG in production: what its logs cost is not known: the snapshot has no volume;
  # such lines often hold what no log should. Set LOG_LEVEL=INFO where the value comes from, and compare the
  # volume; the values written here keep it as it is.
  statements = {
    image           = "111122223333.dkr.ecr.us-east-1.amazonaws.com/statements:1.6.8"
    cpu             = 2048
    memory          = 8192
    startup_seconds = 66
    port            = 8080
    cost_center     = "finance"
    environment = {
      DB_HOST       = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
      LOG_LEVEL     = "DEBUG"
      OUTPUT_BUCKET = "fin-prod-statements"
      PORT          = "8080"
    }
    egress = {
      database = { port = 5432, cidr = "10.20.0.0/16" }
    }
    scaling = {
      min            = 2
      max            = 20
      cpu            = { high = 60, low = 10, steps = [{ above = 0, add = 1 }, { above = 10, add = 3 }] }
      memory         = { high = 95, low = 90 }
      scale_in       = { steps = [{ below = 1, remove = 5 }] }
      out_cooldown   = 180
      in_cooldown    = 900
      out_periods    = 1
      out_datapoints = 1
      in_periods     = 15
      in_datapoints  = 15
    }
  }
}
