"""The event log: immutable, hash-linked events of every writer. See store/FORMAT.md, "Events"."""
