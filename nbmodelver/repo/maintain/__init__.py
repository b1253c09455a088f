"""Maintenance of a store: gc, forget, purge, repair, backup."""
