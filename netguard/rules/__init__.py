"""Schema and loader of the YAML that people review."""
