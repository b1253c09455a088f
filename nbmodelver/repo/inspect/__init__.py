"""Contents and differences of versions: diffs, profiles, the history of a panel, disk usage."""
