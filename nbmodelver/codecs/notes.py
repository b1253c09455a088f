"""What a load could not bring back as it was: codecs say it while they build, the loader collects it for each group.

A note is a text without the name of the value, such as "string[python] here, was str". Outside of `collected` nothing
listens, so a codec may always note.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Heard(list[str]):
    """The notes of one block. owed: what was built to be taken by another codec, and the error if it was not.

    actions: what has to be done to the kernel for the values to be as they were, each with the note if it is not done.
    """

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[tuple[Callable[[], None], str]] = []
        self.owed: dict[int, tuple[object, Exception]] = {}

    def demand_settled(self) -> None:
        """Raise the error of the first that nobody took."""
        for _value, error in self.owed.values():
            raise error


_heard: ContextVar[Heard | None] = ContextVar("nbmodelver_notes", default=None)


@contextmanager
def collected() -> Iterator[Heard]:
    """Collect what is noted in the block, each text once, in the order of the first time."""
    heard = Heard()
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


def owe(value: object, error: Exception) -> None:
    """Say that `value` only stands for something, and must be taken by whoever can build the real one of it."""
    heard = _heard.get()
    if heard is None:
        raise error
    heard.owed[id(value)] = (value, error)


def settle(value: object) -> None:
    """Say that `value` was taken."""
    heard = _heard.get()
    if heard is not None:
        heard.owed.pop(id(value), None)


def later(action: Callable[[], None], otherwise: str) -> None:
    """Leave something that reaches beyond the value to a rollback; every other load notes `otherwise` instead."""
    heard = _heard.get()
    if heard is not None:
        heard.actions.append((action, otherwise))


def made_with(library: str, then: str, here: str) -> None:
    """Say that another release of a library made the value."""
    note(made_with_text(library, then, here))


def made_with_text(library: str, then: str, here: str) -> str:
    """The same as a text.

    >>> made_with_text("scikit-learn", "1.5.0", "1.9.1")
    'made with scikit-learn 1.5.0, here 1.9.1'
    """
    return f"made with {library} {then}, here {here}"
