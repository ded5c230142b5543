"""Providers of chat models and trainings: one class a kind, one contract, their failures in our own words."""
