"""Shows the progress of long operations: nothing for a second, then one bar that is redrawn and finally removed."""

from __future__ import annotations

import shutil
import sys
import time
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TextIO

from nbmodelver.views.blocks import Document, TextLine, dim, line
from nbmodelver.views.figures import duration, size
from nbmodelver.views.html import to_html
from nbmodelver.views.text import cut, text_width
from nbmodelver.views.visible import visible

if TYPE_CHECKING:
    from types import TracebackType

AFTER_S = 1.0
EVERY_S = 0.1
BYTES_FROM = 100_000
"""Totals of at least this number are shown as sizes in bytes."""


class Surface(Protocol):
    """The place of a bar: a terminal line, or an updatable display of a notebook."""

    def draw(self, text: str, html: str) -> None:
        """Show the bar instead of the previous one."""
        ...

    def clear(self) -> None:
        """Remove the bar."""
        ...


class Terminal:
    """The current line of a terminal. Nothing is written to a stream that is not a terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.drawn = 0

    def draw(self, text: str, html: str) -> None:
        """Overwrite the line."""
        del html
        if not self.stream.isatty():
            return
        shown = cut(text, shutil.get_terminal_size((80, 24)).columns - 1)
        wide = text_width(shown)
        self.stream.write("\r" + shown + " " * max(self.drawn - wide, 0))
        self.stream.flush()
        self.drawn = wide

    def clear(self) -> None:
        """Erase the line."""
        if self.drawn:
            self.stream.write("\r" + " " * self.drawn + "\r")
            self.stream.flush()
            self.drawn = 0


class Bar:
    """A `Progress` for one operation: `with Bar(surface) as progress: repo.commit(..., progress=progress)`.

    It may be called from any thread. An interrupt is Python's own KeyboardInterrupt. The bar is removed at the end of
    the block.
    """

    def __init__(self, surface: Surface, after_s: float = AFTER_S) -> None:
        self.surface = surface
        self.after_s = after_s
        self.began_s = time.monotonic()
        self.drawn_s = 0.0
        self.lock = Lock()

    def __enter__(self) -> Bar:
        self.began_s = time.monotonic()
        return self

    def __exit__(self, *raised: type[BaseException] | BaseException | TracebackType | None) -> None:
        with self.lock:
            self.began_s = float("inf")
            self.surface.clear()

    def __call__(self, done: int, total: int, what: str) -> None:
        """Draw the bar if the delay or the interval has passed."""
        now = time.monotonic()
        if now - self.began_s < self.after_s or now - self.drawn_s < EVERY_S or not self.lock.acquire(blocking=False):
            return
        try:
            self.drawn_s = now
            self.surface.draw(*drawn(done, total, what, now - self.began_s))
        finally:
            self.lock.release()


def drawn(done: int, total: int, what: str, passed_s: float) -> tuple[str, str]:
    """The bar as text and as HTML, with the estimated remaining time if it can be computed."""
    share = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
    amount = f"{size(done)} of {size(total)}" if total >= BYTES_FROM else f"{done:,} of {total:,}"
    left = f" · {duration(passed_s * (1 - share) / share)} left" if 0.02 < share < 1 else ""
    filled = round(share * 24)
    facts = f"{amount}{left}" if total > 0 else duration(passed_s)
    text = f"{visible(what)} {'█' * filled}{'░' * (24 - filled)} {share:4.0%}  {facts}"
    said: TextLine = line(what, " ", dim(facts))
    bar = (
        f'<progress value="{share:.4f}" max="1" aria-label="progress" '
        'style="width:min(24em,60%);height:10px;accent-color:var(--jp-brand-color1,#0969da)"></progress>'
    )
    return text, to_html(Document((said,), "progress")).removesuffix("</div>") + bar + "</div>"
