"""The session state in a rollback: random state, options, search path and working directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import session

if TYPE_CHECKING:
    from collections.abc import Iterator

State = dict[str, Any]


class SessionState:
    """The session state of a version, and that of this kernel.

    version: the name of the version. state: its session state; None if it has none. restores: whether a rollback
    restores it. requested: True if the user requested the state, with the working directory; False if the user excluded
    it, or if only some names are restored; None for the default.
    """

    def __init__(self, version: str, state: State | None, *, restores: bool, requested: bool | None = None) -> None:
        self.version = version
        self.state = state
        self.restores = restores and state is not None
        self.requested = requested
        self.now = session.take()

    @property
    def paths(self) -> list[str]:
        """Entries of the version's `sys.path` that this kernel lacks. They may contain modules that values need."""
        return session.missing_paths(self.state) if self.state is not None else []

    @property
    def differs(self) -> bool:
        """True if the state of the version differs from that of this kernel."""
        return self.state is not None and any(session.differences(self.state, self.now))

    def notes(self) -> Iterator[str]:
        """Yield sentences about the state that is restored and the state that is not."""
        if self.requested is False:
            return
        if self.state is None:
            yield f"not changed: random state and options ({self.version} does not contain them)"
            return
        generators, options = session.differences(self.state, self.now)
        what = [f"random state ({', '.join(generators)})"] if generators else []
        what += [f"options ({', '.join(options)})"] if options else []
        if what and self.restores:
            yield f"restored from {self.version}: {', '.join(what)}; to keep the current state: --no-session"
        elif what:
            yield f"not changed: {', '.join(what)}; to restore it too: --session"
        if self.paths:
            yield f"added to sys.path, as in {self.version}: {', '.join(self.paths)}"
        folder = self.state["python"]["cwd"]
        if folder and folder != self.now["python"]["cwd"] and not self.requested:
            yield f"not changed: the working directory (it was {folder} in {self.version})"

    def restore(self) -> None:
        """Restore the state of the version if `restores` is True."""
        if self.restores and self.state is not None:
            session.restore(self.state, folder=bool(self.requested))
