"""What a load could not bring back as it was: codecs say it while they build, the loader collects it for each group.

A note is a text without the name of the value, such as "string[python] here, was str". Outside of `collected` nothing
listens, so a codec may always note.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_heard: ContextVar[list[str] | None] = ContextVar("nbmodelver_notes", default=None)


@contextmanager
def collected() -> Iterator[list[str]]:
    """Collect what is noted in the block, each text once, in the order of the first time."""
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def note(text: str) -> None:
    """Say that something of the value that is being built is not as it was."""
    heard = _heard.get()
    if heard is not None and text not in heard:
        heard.append(text)


def instead(here: object, then: object) -> None:
    """Say that something stands here for what it was then."""
    note(f"{here} here, was {then}")
