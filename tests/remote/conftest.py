"""Remotes on real servers, for the tests of a whole day. The servers start when a test needs them."""

from __future__ import annotations

from tests.store.objects.conftest import _no_credentials_of_the_user, started

__all__ = ["_no_credentials_of_the_user", "started"]
