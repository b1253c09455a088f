"""The notebook's variables: selects the names of the user, and binds restored values in one step."""

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
    """The user namespace of a shell.

    values: the namespace itself, not a copy. hidden: names that IPython bound, with their values; a name that the user
    has bound again belongs to the user.
    """

    def __init__(self, values: dict[str, Any], hidden: Mapping[str, Any] | None = None) -> None:
        self.values = values
        self._hidden = hidden if hidden is not None else {}

    def names(self) -> list[str]:
        """Return the public names of the user, in the order of creation, without imports and objects of nbmodelver."""
        return [n for n, v in list(self.values.items()) if self._is_public(n, v) and _is_state(v)]

    def every(self) -> list[str]:
        """Return the same names, and those of the user that begin with an underscore."""
        return [n for n, v in list(self.values.items()) if self._is_user(n, v) and _is_state(v)]

    def public(self) -> dict[str, Any]:
        """Return the public names of the user with their values, including imports."""
        return {n: v for n, v in list(self.values.items()) if self._is_public(n, v)}

    def _is_public(self, name: str, value: Any) -> bool:
        return not name.startswith("_") and self._is_user(name, value)

    def _is_user(self, name: str, value: Any) -> bool:
        if name in _NEVER or _NUMBERED.fullmatch(name):
            return False
        return not (name in self._hidden and self._hidden[name] is value)

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the values of these names. Raises UnknownName for a missing name or one of IPython."""
        for name in names:
            if name in _NEVER or name == "_" or _NUMBERED.fullmatch(name):
                raise UnknownName(f"'{name}' belongs to IPython and is not kept", "bind the value to another name")
            if name not in self.values:
                close = nearest(name, self.names())
                hint = f"try: %mv_commit {close.split(chr(39))[1]}" if close else "list the variables: %who"
                raise UnknownName(f"no variable '{name}' in this notebook", hint)
        return {n: self.values[n] for n in names}

    def state(self, ignore: Iterable[str] = ()) -> dict[str, Any]:
        """Return the variables that a commit without names stores. ignore: names to skip."""
        ignored = frozenset(ignore)
        return {n: self.values[n] for n in self.names() if n not in ignored}

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        """Bind `values` and delete the names in `vanish`. An interrupt is delayed until both are done."""
        removed = list(vanish)
        with uninterrupted():
            self.values.update(values)
            for name in removed:
                self.values.pop(name, None)


def _is_state(value: Any) -> bool:
    return not (is_import(value) or is_of_the_store(value))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay an interrupt (Ctrl-C) until the end of the block. Has no effect outside the main thread."""
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
