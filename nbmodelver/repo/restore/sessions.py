"""The session's state beside the variables in a rollback: random state, options, search path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import session

if TYPE_CHECKING:
    from collections.abc import Iterator

State = dict[str, Any]


class SessionState:
    """The state of the session in a version, against the one of this kernel.

    then: as in the version; None when the version was made without it. asked: True when the user wants it back, with
    the working directory; False when not, or when only some names come back; None for the default. restores: whether a
    rollback brings it back.
    """

    def __init__(self, version: str, then: State | None, *, restores: bool, asked: bool | None = None) -> None:
        self.version = version
        self.then = then
        self.restores = restores and then is not None
        self.asked = asked
        self.now = session.take()

    @property
    def paths(self) -> list[str]:
        """Entries of `sys.path` then that this kernel lacks: modules that values need may be there."""
        return session.missing_paths(self.then) if self.then is not None else []

    @property
    def differs(self) -> bool:
        """Whether a rollback would change it."""
        return self.then is not None and any(session.differences(self.then, self.now))

    def notes(self) -> Iterator[str]:
        """What comes back and what stays, as sentences."""
        if self.asked is False:
            return
        if self.then is None:
            yield f"random state and options stay as they are: {self.version} was made without them"
            return
        generators, options = session.differences(self.then, self.now)
        what = [f"random state ({', '.join(generators)})"] if generators else []
        what += [f"options ({', '.join(options)})"] if options else []
        if what and self.restores:
            yield f"as in {self.version} again: {', '.join(what)}; to leave them as they are: --no-session"
        elif what:
            yield f"stays as it is now: {', '.join(what)}; to bring it back as well: --session"
        if self.paths:
            yield f"added to sys.path, as in {self.version}: {', '.join(self.paths)}"
        folder = self.then["python"]["cwd"]
        if folder and folder != self.now["python"]["cwd"] and not self.asked:
            yield f"the working directory was {folder} in {self.version}; it stays as it is now"

    def restore(self) -> None:
        """Bring the state back, if that is wanted."""
        if self.restores and self.then is not None:
            session.restore(self.then, folder=bool(self.asked))
