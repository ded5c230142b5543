"""Tests of the services, one file each."""
