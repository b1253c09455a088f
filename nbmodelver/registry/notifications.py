"""The notifications of this user: where they go, what waits, and one attempt on request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nbmodelver.model.registry import ChannelState, NoticeReport, NoticeState
from nbmodelver.repo.notices import sender, sending, telling
from nbmodelver.repo.notices.channels import Channels
from nbmodelver.repo.notices.queue import NoticeQueue

if TYPE_CHECKING:
    from nbmodelver.registry.rules import Policy
    from nbmodelver.repo.core.open_store import OpenStore
    from nbmodelver.repo.notices.queue import Waiting

MOST_KINDS = 3


def channels(rules: Policy) -> tuple[ChannelState, ...]:
    """Return the channels of a policy, with what they are notified of and their masked addresses."""
    known = Channels().masked()
    told: dict[str, list[str]] = {}
    for rule in rules.hook_rules.notify:
        told.setdefault(rule.channel, []).extend(rule.on)
    return tuple(ChannelState(name, tuple(on), known.get(name, "")) for name, on in told.items())


def send_now() -> NoticeReport:
    """Send everything that waits, whenever it would be tried next. What was given up is reported and then removed."""
    queue = NoticeQueue()
    done = sending.deliver(queue, Channels(), every=True)
    for waiting in done.waiting:
        if waiting.given_up and not done.is_busy:
            queue.remove(waiting)
    return NoticeReport(len(done.sent), tuple(map(_state, done.waiting)), done.is_busy)


def try_out(store: OpenStore, channel: str) -> None:
    """Send a test message through a channel and wait for it. Raises UsageError with the reason if that fails."""
    sending.try_out(Channels(), channel, telling.trial_notice(store, channel))


def notes() -> list[str]:
    """Return sentences about what waits or was given up, and continue to send what is due."""
    queue = NoticeQueue()
    found = [_state(w) for w in queue.all()]
    sender.resume(queue)
    said = []
    if waiting := [n for n in found if not n.given_up]:
        said.append(f"{_counted(len(waiting))} waiting ({_why(waiting)}): %mv_policy notify")
    if given_up := [n for n in found if n.given_up]:
        said.append(f"{_counted(len(given_up))} given up ({_why(given_up)}): %mv_policy notify")
    return said


def _counted(number: int) -> str:
    return f"{number} notification{'' if number == 1 else 's'}"


def _why(found: list[NoticeState]) -> str:
    """Return the channels with their last errors, each once."""
    each = dict.fromkeys(f"{n.channel}: {n.error}" if n.error else n.channel for n in found)
    return "; ".join(list(each)[:MOST_KINDS])


def _state(waiting: Waiting) -> NoticeState:
    in_s = max(waiting.next_at - time.time(), 0.0)
    return NoticeState(waiting.notice.kind, waiting.channel, waiting.tries, in_s, waiting.error, waiting.given_up)
