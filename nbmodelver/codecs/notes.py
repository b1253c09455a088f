"""Notes about differences between a loaded value and the original.

Codecs add notes while they build values, and the loader collects them for each group. A note does not contain the name
of the value: "string[python] here, was str". Outside of `collected` notes are dropped, so a codec may always add one.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Heard(list[str]):
    """The notes of one block.

    owed: placeholders that another codec has to consume, each with the error to raise otherwise. actions: changes to
    the kernel that make the values equal to the original, each with the note to add if it is not run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[tuple[Callable[[], None], str]] = []
        self.owed: dict[int, tuple[object, Exception]] = {}

    def require_settled(self) -> None:
        """Raise the error of the first placeholder that was not consumed."""
        for _value, error in self.owed.values():
            raise error


_heard: ContextVar[Heard | None] = ContextVar("nbmodelver_notes", default=None)


@contextmanager
def collected() -> Iterator[Heard]:
    """Collect the notes of the block, each once, in order."""
    heard = Heard()
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def note(text: str) -> None:
    """Add a note: the value being built differs from the original in this way."""
    heard = _heard.get()
    if heard is not None and text not in heard:
        heard.append(text)


def instead(here: object, then: object) -> None:
    """Note that `here` replaces `then`."""
    note(f"{here} here, was {then}")


def owe(value: object, error: Exception) -> None:
    """Register a placeholder that another codec has to consume; raises `error` outside of `collected`."""
    heard = _heard.get()
    if heard is None:
        raise error
    heard.owed[id(value)] = (value, error)


def settle(value: object) -> None:
    """Mark a placeholder as consumed."""
    heard = _heard.get()
    if heard is not None:
        heard.owed.pop(id(value), None)


def later(action: Callable[[], None], otherwise: str) -> None:
    """Register a change beyond the value for a rollback; every other load adds the note `otherwise` instead."""
    heard = _heard.get()
    if heard is not None:
        heard.actions.append((action, otherwise))


def made_with(library: str, then: str, here: str) -> None:
    """Note that another release of a library made the value."""
    note(made_with_text(library, then, here))


def made_with_text(library: str, then: str, here: str) -> str:
    """The text of that note.

    >>> made_with_text("scikit-learn", "1.5.0", "1.9.1")
    'made with scikit-learn 1.5.0, here 1.9.1'
    """
    return f"made with {library} {then}, here {here}"
