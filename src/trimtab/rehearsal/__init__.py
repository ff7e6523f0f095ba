"""A fleet of a snapshot, made to run in the sandbox: what a takeover and a rollout are rehearsed on."""
