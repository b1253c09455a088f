"""The process that sends in the background, so that no verb waits for a server, and its start.

It goes on when the kernel or the command line has ended, retries for two minutes and ends. What then still waits is
continued by the next verb that writes an event, by `%mv_status` and by `%mv_policy notify`.
"""

from __future__ import annotations

import sys
import threading
import time

from nbmodelver import system
from nbmodelver.repo.notices import sending
from nbmodelver.repo.notices.channels import Channels
from nbmodelver.repo.notices.queue import SENDER, NoticeQueue

MODULE = "nbmodelver.repo.notices.sender"
LIVES_S = 120.0
LEAST_WAIT_S = 0.2


def start() -> None:
    """Start the process. It ends at once if another one is sending. Raises OSError if no process can be started."""
    process = system.port.start_detached([sys.executable, "-P", "-m", MODULE])
    threading.Thread(target=process.wait, name="nbmodelver-notices", daemon=True).start()  # Reaps it.


def resume(queue: NoticeQueue | None = None) -> None:
    """Start the process if something is due."""
    if any(waiting.is_due(time.time()) for waiting in (queue or NoticeQueue()).all()):
        start()


def work(queue: NoticeQueue, channels: Channels, *, lives_s: float = LIVES_S) -> None:
    """Send until nothing waits or the time is over."""
    ends = time.monotonic() + lives_s
    while True:
        with queue.sending(SENDER) as is_held:
            if not is_held:
                return
            while (wait_s := _wait_s(sending.deliver(queue, channels))) is not None:
                if time.monotonic() + wait_s >= ends:
                    return
                time.sleep(wait_s)
        if not any(w.is_due(time.time()) for w in queue.all()):  # Added after the last look, before the release.
            return


def _wait_s(done: sending.Delivery) -> float | None:
    """Return the time until the next message is due, None if nothing waits."""
    times = [w.next_at for w in done.waiting if not w.given_up]
    return max(min(times) - time.time(), LEAST_WAIT_S) if times else None


if __name__ == "__main__":
    work(NoticeQueue(), Channels())
