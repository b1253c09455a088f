"""Registered models: names, versions, stages, gates, approvals, deprecation, deployment and the audit log.

Every change goes through `repo.moves`, so it is an event. This room imports repo and what is below it.
"""
