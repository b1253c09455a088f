"""The rows and cells in which two tables differ."""
