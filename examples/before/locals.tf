# The whole estate in one table, sizes in CPU units and MiB of one task. A service without a path is not load balanced.
# Deliberately bad, here and in every other file of this folder: README.md says what and why it matters.
locals {
  services = {
    api       = { tag = "2.14.0", cpu = 1024, memory = 2048, min = 6, max = 20, priority = 100, path = "/api/*" }
    worker    = { tag = "1.9.3", cpu = 2048, memory = 4096, min = 4, max = 16, priority = 110, path = "/jobs/*" }
    scheduler = { tag = "1.4.1", cpu = 1024, memory = 2048, min = 2, max = 2, priority = null, path = null }
    accounts = {
      tag      = "3.2.5"
      cpu      = 1024
      memory   = 4096
      min      = 6
      max      = 16
      priority = 120
      path     = "/accounts/*"
    }
    auth          = { tag = "4.0.2", cpu = 2048, memory = 4096, min = 4, max = 12, priority = 130, path = "/auth/*" }
    cards         = { tag = "2.7.11", cpu = 1024, memory = 2048, min = 4, max = 12, priority = 140, path = "/cards/*" }
    fraud         = { tag = "5.1.0", cpu = 4096, memory = 8192, min = 6, max = 12, priority = 150, path = "/fraud/*" }
    ledger        = { tag = "3.8.4", cpu = 2048, memory = 8192, min = 4, max = 10, priority = 160, path = "/ledger/*" }
    notifications = { tag = "1.12.0", cpu = 1024, memory = 2048, min = 3, max = 8, priority = null, path = null }
    payments = {
      tag      = "6.3.2"
      cpu      = 2048
      memory   = 4096
      min      = 4
      max      = 12
      priority = 170
      path     = "/payments/*"
    }
    quotes     = { tag = "2.0.7", cpu = 2048, memory = 4096, min = 6, max = 20, priority = 180, path = "/quotes/*" }
    statements = { tag = "1.6.8", cpu = 4096, memory = 16384, min = 6, max = 10, priority = null, path = null }
  }

  # Only these hang on the load balancer.
  routed = { for name, service in local.services : name => service if service.path != null }

  # "The big ones scale by memory too."
  memory_scale_in = toset(["accounts", "fraud", "ledger", "statements"])

  registry = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
  db_host  = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
  redis    = "fin-prod.x4mple.ng.0001.use1.cache.amazonaws.com:6379"

  environment = {
    api = {
      REDIS        = local.redis
      ACCOUNTS_URL = "http://www.fin.example/accounts"
      AUTH_URL     = "http://www.fin.example/auth"
    }
    worker        = { DB_HOST = local.db_host, WORKER_THREADS = "8" }
    scheduler     = { WORKER_URL = "http://www.fin.example/jobs", TZ = "America/New_York" }
    accounts      = { DB_HOST = local.db_host, JAVA_TOOL_OPTIONS = "-XX:MaxRAMPercentage=75" }
    auth          = { REDIS = local.redis, TOKEN_TTL = "900" }
    cards         = { DB_HOST = local.db_host, FRAUD_URL = "http://www.fin.example/fraud" }
    fraud         = { MODEL_BUCKET = "fin-prod-models", MODEL_VERSION = "2026-09" }
    ledger        = { DB_HOST = local.db_host, JAVA_TOOL_OPTIONS = "-XX:MaxRAMPercentage=75" }
    notifications = { MAIL_FROM = "no-reply@fin.example", BATCH_SIZE = "50" }
    payments = {
      DB_HOST    = local.db_host
      FRAUD_URL  = "http://www.fin.example/fraud"
      LEDGER_URL = "http://www.fin.example/ledger"
    }
    quotes     = { FEED_HOST = "feed.markets.example", CACHE_SECONDS = "2" }
    statements = { DB_HOST = local.db_host, OUTPUT_BUCKET = "fin-prod-statements" }
  }

  # Names only: the values are in Secrets Manager.
  secrets = {
    auth = { SIGNING_KEY = "arn:aws:secretsmanager:us-east-1:111122223333:secret:fin/prod/auth-signing-key-Qw3rTy" }
    payments = {
      PROCESSOR_API_KEY = "arn:aws:secretsmanager:us-east-1:111122223333:secret:fin/prod/payments-processor-Zx9cVb"
    }
  }
}
