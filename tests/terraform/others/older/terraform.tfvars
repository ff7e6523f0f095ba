env = "prod"

counts = {
  "notifications" = "3"
  "statements"    = "6"
}

scheduler_memory = "2048"
