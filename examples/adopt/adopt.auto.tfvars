# Written by trimtab 0.1.0: what is kept of fin-prod-cluster as it runs, so that nothing of it is replaced.
# Take a line away, and the configuration's own takes its place: in which order, and what moves then, is in
# docs/adopt.md.
# plain_http: served without a certificate, as found. Give certificate_arn instead.

name               = "fin-prod-cluster"
region             = "us-east-1"
environment        = "production"
namespace          = "fin.local"
vpc_id             = "vpc-19936adc86da22809"
private_subnet_ids = ["subnet-41955198cf1261434", "subnet-afcb31be7062970a8", "subnet-fdc78f60f94b1cc7d"]
public_subnet_ids  = ["subnet-70b26fe42a4308c7e", "subnet-c4d6f49344fc659d0", "subnet-d7a20b46e98d98913"]

adopt = {
  load_balancers = {
    public = {
      name                       = "fin-prod-alb"
      subnet_ids                 = ["subnet-70b26fe42a4308c7e", "subnet-c4d6f49344fc659d0", "subnet-d7a20b46e98d98913"]
      security_group_ids         = ["sg-7b0b9c874f9f6215a"]
      plain_http                 = true
      own_security_group         = false
      drop_invalid_header_fields = false
      http_response              = { status_code = "404", content_type = "text/plain", message_body = "not found" }
    }
  }
  services = {
    accounts = {
      family             = "fin-prod-accounts"
      definition         = "arn:aws:ecs:us-east-1:123456789012:task-definition/fin-prod-accounts:1"
      execution_role_arn = "arn:aws:iam::123456789012:role/fin-prod-ecs"
      task_role_arn      = "arn:aws:iam::123456789012:role/fin-prod-ecs"
      security_group_ids = ["sg-5bbe688662bf52704"]
      own_security_group = false
      target_group       = { name = "fin-accounts", port = 8080 }
      discovery          = { name = "accounts" }
      log_group          = { name = "/ecs/accounts" }
    }
    scheduler = {
      family             = "fin-prod-scheduler"
      definition         = "arn:aws:ecs:us-east-1:123456789012:task-definition/fin-prod-scheduler:1"
      execution_role_arn = "arn:aws:iam::123456789012:role/fin-prod-ecs"
      task_role_arn      = "arn:aws:iam::123456789012:role/fin-prod-ecs"
      security_group_ids = ["sg-5bbe688662bf52704"]
      own_security_group = false
      discovery          = { name = "scheduler" }
      log_group          = { name = "/ecs/scheduler" }
    }
  }
  roles = ["fin-prod-ecs"]
}
