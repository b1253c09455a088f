"""Rollback, undo and merge: everything that turns a version into live values."""
