"""The code that all use cases share: history, settings, groups of parts, the environment of a notebook."""
