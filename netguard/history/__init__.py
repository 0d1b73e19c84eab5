"""Scans and enrolled homes over time, in SQLite or another database by URL."""
