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


def made_with(library: str, then: str, here: str) -> None:
    """Say that another release of a library made the value."""
    note(made_with_text(library, then, here))


def made_with_text(library: str, then: str, here: str) -> str:
    """The same as a text.

    >>> made_with_text("scikit-learn", "1.5.0", "1.9.1")
    'made with scikit-learn 1.5.0, here 1.9.1'
    """
    return f"made with {library} {then}, here {here}"
