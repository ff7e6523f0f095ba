resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = var.name }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-public" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  for_each = local.nat_gateway

  domain = "vpc"

  tags = { Name = "${var.name}-nat" }

  # An address maps to a gateway in the VPC only while the VPC has its way out.
  depends_on = [aws_internet_gateway.this]
}

# One, in the first zone: the example saves two thirds of the price and accepts that the loss of that zone
# takes away the way out for all three.
resource "aws_nat_gateway" "this" {
  for_each = local.nat_gateway

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public["${var.region}a"].id

  tags = { Name = var.name }

  depends_on = [aws_route.public]
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.name}-private" }
}

resource "aws_route" "private" {
  for_each = aws_nat_gateway.this

  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = each.value.id
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}
