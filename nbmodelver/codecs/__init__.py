"""Converts values to bytes and bytes to values."""
