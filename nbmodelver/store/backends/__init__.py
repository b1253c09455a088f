"""Backends: the places where a store's files can be. A folder (local.py), memory, and an overlay for dry runs."""
