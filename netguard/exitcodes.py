"""The exit codes that scripts may rely on."""

DONE = 0
"""Done, also when some parts stayed unknown."""

FOUND = 1
"""Done, and something at or above `--fail-on` (or a difference, with `--exit-code`)."""

USAGE = 2
"""The command was called wrongly; nothing was done."""

NOTHING_LOOKED_AT = 3
"""Nothing could be looked at: not this network, no interface, unreadable input."""

INTERRUPTED = 130
"""Interrupted; what was learnt is saved (128 + SIGINT)."""
