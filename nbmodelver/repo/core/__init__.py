"""What every use case needs: history, settings, groups of parts, what a notebook stands in."""
