"""Where a version is described: records (the truth), a rebuildable index, revisions, queries."""
