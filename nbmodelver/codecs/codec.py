"""The definition of a codec.

A codec converts a value of one library to a *state*, a new tuple of simpler values, and builds the value again. It
never handles bytes: arrays go to `Memory`, and the caller encodes everything else in the state, either column by column
without pickle (plain.py) or inside a pickle (fallback.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory


State = tuple[Any, ...]

UNREAD: Any = object()
"""Stands in a state for an array whose bytes were not read, because only some columns of a table are wanted."""


@dataclass(frozen=True)
class Codec:
    """Converts values of one type to a state, and builds them from it.

    tag: stable name in recipes, "library.type"; another layout of the state gets a new tag.
    take(value, memory): returns the state as a new tuple, or None if this value needs pickle (it has an instance
    attribute, contains an unknown subclass ...). It only reads the value and calls no user code.
    build(state): returns the value. It must not read containers of the state that `take` did not create itself, because
    in a cycle they are still empty. It raises ValueError or TypeError for a state that `take` cannot have returned.
    shell(), fill(shell, state): replace `build` for mutable containers that may contain themselves.
    plain: True if the value may be written without pickle; False for codecs that only help the pickler.
    identity: True if an object that occurs twice is restored as one object; False for immutable scalars.
    links: True if two names that hold the same object are restored together; False for immutable objects.
    select(state, columns): builds a table of those columns only, in their order in the table; None for other codecs.
    Members of other columns may be UNREAD or have undefined content. Columns that are UNREAD are missing in the result.
    """

    tag: str
    take: Callable[[Any, Memory], State | None]
    build: Callable[[State], Any] | None = None
    shell: Callable[[], Any] | None = None
    fill: Callable[[Any, State], None] | None = None
    plain: bool = True
    identity: bool = True
    links: bool = True
    select: Callable[[State, frozenset[str]], Any] | None = None

    def restore(self, state: State) -> Any:
        """Build the complete value from `state`."""
        if self.build is not None:
            return self.build(state)
        assert self.shell is not None
        assert self.fill is not None
        value = self.shell()
        self.fill(value, state)
        return value


Helper = Callable[[Any, "Memory"], Any]
"""A pickle reduction that preserves more of a value than the reduction of its library: (value, memory) -> reduction.

For a metaclass, the values are classes of the notebook.
"""
