"""From live values to a version."""
