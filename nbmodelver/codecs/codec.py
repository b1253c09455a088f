"""What a codec is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbmodelver.codecs.memory import Memory


State = tuple[Any, ...]


@dataclass(frozen=True)
class Codec:
    """How values of one type become a state and come back.

    tag: stable name in recipes, "library.type"; a changed state layout gets a new tag.
    take(value, memory): the state as a fresh tuple, or None when this very value needs pickle (an instance
        attribute, a foreign subclass inside ...). Reads the value only, and calls nothing the user wrote.
    build(state): the value. Must not look into containers of the state that `take` did not make itself: in a
        cycle they are still empty. Raises ValueError or TypeError on a state that `take` cannot have given.
    shell(), fill(shell, state): instead of `build`, for mutable containers that may contain themselves.
    plain: the value may be written without pickle; False for codecs that only help the pickler.
    identity: an object met twice comes back as one object; False for immutable scalars.
    links: two names that hold the same object are restored together; False for immutable objects.
    """

    tag: str
    take: Callable[[Any, Memory], State | None]
    build: Callable[[State], Any] | None = None
    shell: Callable[[], Any] | None = None
    fill: Callable[[Any, State], None] | None = None
    plain: bool = True
    identity: bool = True
    links: bool = True

    def restore(self, state: State) -> Any:
        """The value that `state` describes, whole at once."""
        if self.build is not None:
            return self.build(state)
        assert self.shell is not None
        assert self.fill is not None
        value = self.shell()
        self.fill(value, state)
        return value


Helper = Callable[[Any, "Memory"], Any]
"""A pickle reduction of one value that keeps more than the library's own: (value, memory) -> reduction.

For a metaclass of a library, the values are classes of the notebook.
"""
