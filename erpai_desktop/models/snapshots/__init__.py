"""Frozen values that services return and views show: never a mapped class, never SQLAlchemy."""
