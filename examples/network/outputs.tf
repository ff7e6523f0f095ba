output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id

  # Whoever is given the VPC may start tasks in it at once: they need the routes.
  depends_on = [aws_route.private, aws_route_table_association.private]
}

output "private_subnet_ids" {
  description = "Private subnets, one a zone, in the order of the zones."
  value       = [for zone in sort(keys(local.zones)) : aws_subnet.private[zone].id]
}

output "public_subnet_ids" {
  description = "Public subnets, one a zone, in the order of the zones."
  value       = [for zone in sort(keys(local.zones)) : aws_subnet.public[zone].id]
}
