"""Versions that leave a store and come into another."""
