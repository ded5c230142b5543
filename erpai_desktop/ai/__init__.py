"""Answerers and what they are made of."""
