"""Remotes: push, fetch, pull and clone of versions over object storage, shared folders, SSH and other stores."""
