"""Merges of two values that both differ from a common one."""
