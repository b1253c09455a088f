"""Sends through Apprise: mail, Slack, Teams and more than a hundred other services. The extra `notify` installs it."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbmodelver.repo.notices.queue import SendFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbmodelver.repo.notices.queue import Notice


EXTRA = 'pip install "nbmodelver[notify]"'


def is_installed() -> bool:
    """Return True if Apprise can be imported here."""
    return importlib.util.find_spec("apprise") is not None


def is_valid(address: str) -> bool:
    """Return True if Apprise knows the service of this address."""
    import apprise

    with _silent():
        return apprise.Apprise.instantiate(address, suppress_exceptions=True) is not None


def send(address: str, notice: Notice) -> None:
    """Send one notice. Raises SendFailed. Apprise raises nothing itself and waits a few seconds for a server."""
    import apprise

    with _silent():
        service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if service is None:
            raise SendFailed("Apprise cannot read the address", is_final=True)
        try:
            is_sent = bool(service.notify(title=notice.title, body=notice.text))
        except Exception as error:  # A service may raise anything; its text may hold the address.
            raise SendFailed(f"Apprise raised {type(error).__name__}") from None
    if not is_sent:
        raise SendFailed("the service did not accept it")


@contextmanager
def _silent() -> Iterator[None]:
    """Drop what Apprise logs, which may hold parts of an address, and warnings of the modules that it loads."""
    log = logging.getLogger("apprise")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before
