"""Entities and the pure rules: hierarchy, configuration, knowledge resolution, findings."""
