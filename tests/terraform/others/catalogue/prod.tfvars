# Sizes are agreed with the teams. Change them here only.
services = {
  "notifications" = {
    size  = { cpu = 1024, memory = 2048 }
    count = { min = 3, max = 8 }
  }

  # no memory given: two gigabytes
  "scheduler" = {
    size  = { cpu = 1024 }
    count = { max = 2 }
  }

  "statements" = { size = { cpu = 4096, memory = 16384 }, count = { min = 6, max = 10 }, cpu_target = 75 }
}
