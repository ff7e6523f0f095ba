"""What a folder of Terraform has that costs, flaps or fails on ECS Fargate, before there is a plan."""
