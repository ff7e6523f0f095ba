cluster = "fin-prod-cluster"
services = {}
