"""An AWS on this machine: moto's server, with the calls that Terraform needs and moto lacks."""
