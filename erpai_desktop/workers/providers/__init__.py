"""Providers in use: connected, metered, tested; their keys, and model files served on this machine."""
