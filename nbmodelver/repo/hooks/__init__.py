"""Hooks: programs that the policy runs before and after verbs, each allowed by its user."""
