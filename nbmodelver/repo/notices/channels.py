"""The channels of this user: name -> address, in the user's own configuration, because addresses hold passwords.

A policy names channels only. No address is written into a store, an event, a queue, an error or a display.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbmodelver.errors import UsageError
from nbmodelver.repo.core.hook_rules import CHANNEL_NAME
from nbmodelver.repo.core.own_files import OwnFile
from nbmodelver.repo.notices import apprise, webhooks

if TYPE_CHECKING:
    from pathlib import Path

FILE = "channels.json"
PREFIX = "channel."
"""Of the setting of a channel: `%mv_config channel.team ADDRESS`."""

_MOST_CHARS = 2000


class Channels:
    """The channels of this user."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = OwnFile(FILE, "the list of channels", folder)

    def all(self) -> dict[str, str]:
        """Return name -> address, {} if the list is unreadable or can be written by other users. Keep it secret."""
        found = self._file.read().get("channels")
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def masked(self) -> dict[str, str]:
        """Return name -> address as it may be shown."""
        return {name: masked(address) for name, address in sorted(self.all().items())}

    def set(self, name: str, address: str) -> None:
        """Set the address of a channel, "" removes it. Raises UsageError if it cannot be used here, StoreError."""
        if not CHANNEL_NAME.fullmatch(name):
            raise UsageError(f"'{name}' is no name of a channel", "use lower-case letters, digits, '-' and '_'")
        known = self.all()
        if address:
            require_usable(address)
            known[name] = address
        else:
            known.pop(name, None)
        self._file.write({"channels": known})


def masked(address: str) -> str:
    """Return an address for displays: its scheme, and the host of a web address. Everything else may be a secret.

    >>> masked("mailto://ada:secret@example.org"), masked("https://hooks.example.org/x#whsec_abc")
    ('mailto://…', 'https://hooks.example.org/…')
    """
    scheme, found, _ = address.partition("://")
    if not found or not re.fullmatch(r"[a-z][a-z0-9+.-]{0,20}", scheme.lower()):
        return "…"
    host = ""
    if scheme.lower() in ("http", "https"):
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            host = ""
    return f"{scheme}://{host}/…" if host else f"{scheme}://…"


def require_usable(address: str) -> None:
    """Raise UsageError for an address that nothing here can send to. The message holds no address."""
    if len(address) > _MOST_CHARS or "://" not in address:
        raise UsageError("this is no address of a channel", "see the page Hooks and notifications of the documentation")
    if webhooks.is_webhook(address):
        webhooks.require_valid(address)
        return
    if not apprise.is_installed():
        raise UsageError(
            f"an address {masked(address)} needs Apprise, which is not installed here",
            f"{apprise.EXTRA}, or use a webhook: https://…#whsec_…",
        )
    if not apprise.is_valid(address):
        raise UsageError(
            f"Apprise cannot read the address {masked(address)}", "see its documentation, or use https://…#whsec_…"
        )
