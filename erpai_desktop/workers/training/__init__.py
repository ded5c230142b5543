"""Training at a provider: each step taken once, taken up again after a restart, and told how it ended."""
