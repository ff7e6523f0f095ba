"""Start-up samples to health checks, grace period and drain."""
