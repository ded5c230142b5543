"""Answerers that speak through a provider: given the nearest curated rows, held to them, stood in for when it fails."""
