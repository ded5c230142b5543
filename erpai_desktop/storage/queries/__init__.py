"""Queries that need more than the mapped classes; one file a part of the domain."""
