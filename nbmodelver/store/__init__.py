"""Where bytes are stored: packs, parts, refs, locks. Knows bytes only. The format is in FORMAT.md."""
