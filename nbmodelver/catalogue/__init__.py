"""The catalogue of versions: records (authoritative), an index that can be rebuilt, revisions and queries."""
