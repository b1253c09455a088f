"""What every use case needs: history, settings, groups of parts, the environment of a notebook."""
