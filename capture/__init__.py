"""Devices and sessions that record tape. Knows nothing of graphs."""
