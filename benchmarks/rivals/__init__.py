"""Workloads of other tools."""
