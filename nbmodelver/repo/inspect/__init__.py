"""What versions hold and how they differ."""
