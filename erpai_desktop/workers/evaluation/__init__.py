"""Versions put to the test: validation questions, golden answers, and the gate before a version answers by itself."""
