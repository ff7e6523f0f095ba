"""What a rollout runs against: the contract, and a live account."""
