"""Where a value becomes bytes and bytes become a value."""
