"""One output format per file; the module's name is the value of `--format`."""
