"""The export of versions from a store and their import into another."""
