"""Whether a patch does what it says: worked out again without a plan, and by two plans."""
