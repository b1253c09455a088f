"""The notebook's variables: which names are the user's, which a verb means, and how values get back in one step."""

from __future__ import annotations

import re
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UnknownName
from nbmodelver.kernel.values import is_of_the_store
from nbmodelver.repo.core.imports import is_import
from nbmodelver.repo.core.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NUMBERED = re.compile(r"_i*\d*|_i{1,3}|_oh|_dh|_ih|_exit_code|__+|__\w+__")
_NEVER = frozenset({"In", "Out", "get_ipython", "exit", "quit", "open"})


class Namespace:
    """A shell's user namespace.

    hidden: names that IPython itself put there; a name the user has bound since counts as the user's.
    """

    def __init__(self, values: dict[str, Any], hidden: Mapping[str, Any] | None = None) -> None:
        self.values = values
        self._hidden = hidden if hidden is not None else {}

    def names(self) -> list[str]:
        """The user's own public names, in the order in which they were made: no imports, nothing of IPython or ours."""
        return [n for n, v in list(self.values.items()) if self._is_public(n, v) and _is_state(v)]

    def every(self) -> list[str]:
        """The same, with the user's names that begin with an underscore."""
        return [n for n, v in list(self.values.items()) if self._is_user(n, v) and _is_state(v)]

    def public(self) -> dict[str, Any]:
        """The same with their values, and with the modules that the user imported."""
        return {n: v for n, v in list(self.values.items()) if self._is_public(n, v)}

    def _is_public(self, name: str, value: Any) -> bool:
        return not name.startswith("_") and self._is_user(name, value)

    def _is_user(self, name: str, value: Any) -> bool:
        if name in _NEVER or _NUMBERED.fullmatch(name):
            return False
        return not (name in self._hidden and self._hidden[name] is value)

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        """The values of these names. Raises UnknownName with the nearest one."""
        for name in names:
            if name in _NEVER or name == "_" or _NUMBERED.fullmatch(name):
                raise UnknownName(f"'{name}' belongs to IPython and is not kept", "give the value a name of its own")
            if name not in self.values:
                close = nearest(name, self.names())
                hint = f"try: %mv_commit {close.split(chr(39))[1]}" if close else "list what there is: %who"
                raise UnknownName(f"no variable '{name}' in this notebook", hint)
        return {n: self.values[n] for n in names}

    def state(self, ignore: Iterable[str] = ()) -> dict[str, Any]:
        """What a commit without names keeps: every variable that the user made, except those on the ignore list."""
        left_out = frozenset(ignore)
        return {n: self.values[n] for n in self.names() if n not in left_out}

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        """Bind `values` and unbind `vanish`, all of it or nothing: Ctrl-C waits until it is done."""
        gone = list(vanish)
        with uninterrupted():
            self.values.update(values)
            for name in gone:
                self.values.pop(name, None)


def _is_state(value: Any) -> bool:
    return not (is_import(value) or is_of_the_store(value))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the block; it is raised at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, Any]] = []
    before = signal.getsignal(signal.SIGINT)
    if before is None:
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held and callable(before):
        before(*held[0])
