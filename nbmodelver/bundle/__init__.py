"""Where a version is exported: one portable file, written, opened and verified."""
