"""What of a running fleet the configuration takes over: import blocks, what is kept, what is not owned."""
