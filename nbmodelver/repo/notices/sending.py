"""Sends what waits: every due notice once, through the channel's present address."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.repo.notices import apprise, webhooks
from nbmodelver.repo.notices.channels import PREFIX, Channels
from nbmodelver.repo.notices.queue import SendFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.repo.notices.queue import Notice, NoticeQueue, Waiting


_LOOK_S = 0.1


@dataclass(frozen=True)
class Delivery:
    """The result of one pass. sent: keys of messages that were accepted. waiting: the others, with their errors.

    is_busy: another process is sending, so nothing was done.
    """

    sent: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    is_busy: bool = False


def deliver(queue: NoticeQueue, channels: Channels, *, every: bool = False, patience_s: float = 5.0) -> Delivery:
    """Send what is due, oldest first. every: also what would be tried later.

    patience_s: how long to wait for another process that is sending.
    """
    ends = time.monotonic() + patience_s
    while True:
        with queue.sending() as is_held:
            if is_held:
                return _delivered(queue, channels, every=every)
        if time.monotonic() >= ends:
            return Delivery(waiting=tuple(queue.all()), is_busy=True)
        time.sleep(_LOOK_S)


def _delivered(queue: NoticeQueue, channels: Channels, *, every: bool) -> Delivery:
    sent: list[str] = []
    addresses = channels.all()
    for waiting in queue.all():
        if waiting.given_up or not (every or waiting.is_due(time.time())):
            continue
        try:
            _send(waiting.channel, addresses, waiting.notice)
        except SendFailed as error:
            queue.update(waiting.failed(error.reason, time.time(), is_final=error.is_final))
        else:
            queue.remove(waiting)
            sent.append(waiting.key)
    return Delivery(tuple(sent), tuple(queue.all()))


def try_out(channels: Channels, name: str, notice: Notice) -> None:
    """Send one notice now, without the queue. Raises UsageError that says what is wrong, without the address."""
    addresses = channels.all()
    try:
        _send(name, addresses, notice)
    except SendFailed as error:
        raise UsageError(f"the channel '{name}' cannot be reached: {error.reason}", "check its address") from None


def _send(name: str, addresses: Mapping[str, str], notice: Notice) -> None:
    """Send through one channel. Raises SendFailed."""
    address = addresses.get(name)
    if address is None:
        raise SendFailed(f"it has no address here: %mv_config {PREFIX}{name} ADDRESS")
    if webhooks.is_webhook(address):
        try:
            webhooks.require_valid(address)
        except UsageError as error:
            raise SendFailed(error.message) from None
        webhooks.post(address, notice)
        return
    if not apprise.is_installed():
        raise SendFailed(f"Apprise is not installed here: {apprise.EXTRA}")
    apprise.send(address, notice)
