"""Recorded demand run through a policy, minute by minute: what it would have done and billed."""
