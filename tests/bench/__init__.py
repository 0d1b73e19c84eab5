"""Measures: printed for people, asserted nowhere. `make bench` runs them all in one go."""
