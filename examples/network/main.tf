locals {
  cidr  = "10.20.0.0/16"
  zones = { for index, letter in ["a", "b", "c"] : "${var.region}${letter}" => index }

  nat_gateway = toset(var.nat_gateway ? ["this"] : [])
}

resource "aws_vpc" "this" {
  cidr_block = local.cidr

  # Cloud Map's private namespaces resolve only in a VPC with both.
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = var.name }
}

# Load balancers and the NAT gateway need few addresses: a /24 a zone.
resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(local.cidr, 8, each.value)

  tags = { Name = "${var.name}-public-${each.key}" }
}

# Every Fargate task takes an address of its own, and a deployment doubles them: a /20 a zone.
resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(local.cidr, 4, each.value + 1)

  tags = { Name = "${var.name}-private-${each.key}" }
}
