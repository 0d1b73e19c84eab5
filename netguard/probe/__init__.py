"""What does it expose: one surface per file; facts only, no verdicts."""
