"""Is that all right: one judgement per file, pure: `judge(scan, rules, past) -> Iterator[Finding]`."""
