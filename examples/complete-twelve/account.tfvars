vpc_id             = "vpc-0123456789abcdef0"
private_subnet_ids = ["subnet-0a0a0a0a0a0a0a0a0", "subnet-0b0b0b0b0b0b0b0b0", "subnet-0c0c0c0c0c0c0c0c0"]
public_subnet_ids  = ["subnet-1a1a1a1a1a1a1a1a1", "subnet-1b1b1b1b1b1b1b1b1", "subnet-1c1c1c1c1c1c1c1c1"]
certificate_arn    = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
alert_emails       = ["oncall@example.com"]
