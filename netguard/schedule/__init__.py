"""Schedules: one module per kind of scheduler, each with what it would write and which commands make it so."""
