"""One form of a difference per file; the module's name is the value of `netguard diff --format`."""
