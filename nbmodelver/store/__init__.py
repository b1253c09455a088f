"""The store of bytes: parts in packs, refs and locks. It knows nothing of values. FORMAT.md describes the format."""
