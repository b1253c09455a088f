"""Readers of former recipe formats; empty while there is only one."""
