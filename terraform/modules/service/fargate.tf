# Fargate's Linux sizes. Source: docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
# (copy of 2026). The same facts as the catalog of the Python package; a test holds the two together.
locals {
  fargate_memory_mib = {
    "256"   = [512, 1024, 2048]
    "512"   = [for gib in range(1, 5) : gib * 1024]
    "1024"  = [for gib in range(2, 9) : gib * 1024]
    "2048"  = [for gib in range(4, 17) : gib * 1024]
    "4096"  = [for gib in range(8, 31) : gib * 1024]
    "8192"  = [for gib in range(16, 61, 4) : gib * 1024]
    "16384" = [for gib in range(32, 121, 8) : gib * 1024]
    "32768" = [for gib in [60, 120, 244] : gib * 1024]
  }

  fargate_valid = contains(lookup(local.fargate_memory_mib, tostring(var.task.cpu), []), var.task.memory)

  # Nearest in what it costs to move: a vCPU-hour is 9.1 times a GiB-hour on Fargate Linux x86.
  # The distance leads a fixed-width key, so that sorting strings sorts numbers.
  fargate_by_distance = sort(flatten([
    for cpu, sizes in local.fargate_memory_mib : [
      for memory in sizes : format(
        "%012d %s/%s",
        floor((abs(tonumber(cpu) - var.task.cpu) * 9.1 + abs(memory - var.task.memory)) * 10),
        cpu,
        memory,
      )
    ]
  ]))
  fargate_nearest = [for key in slice(local.fargate_by_distance, 0, 3) : split(" ", key)[1]]
}
