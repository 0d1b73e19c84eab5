"""Telling the person what changed: what a message says, who gets it, and handing it over."""
