"""Keeping a store small and whole: gc, forget, purge, repair, backup."""
