"""Files that somebody's radio was written into: one format per file, told by what is in it."""
