module "statements" {
  source       = "../../modules/app"
  name         = "statements"
  cluster      = aws_ecs_cluster.prod.name
  subnets      = var.private_subnet_ids
  cpu          = "4096" // ←
  memory       = "16384"
  vcpu         = 4
  memory_gb    = 16
  min          = 6
  max          = 10
  scale_out_at = 40
  scale_in_at  = 10
}
