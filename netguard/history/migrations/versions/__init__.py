"""One revision per file, named `r<number>_<what it does>`; a released one never changes."""
