vpc_id             = "vpc-0a0a0a0a0a0a0a0a0"
private_subnet_ids = ["subnet-0a0a0a0a0a0a0a0a0", "subnet-0b0b0b0b0b0b0b0b0"]
