"""Notifications: texts about events, queued in the user's own folder and sent to the user's own channels."""
