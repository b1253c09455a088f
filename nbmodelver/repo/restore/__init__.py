"""From a version to live values: plan, load, undo, merge."""
