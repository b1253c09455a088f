"""The release of this package. Imports nothing, so that every room may ask."""

__version__ = "0.1.0"
