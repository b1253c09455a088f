"""A notebook that is a dictionary, for actions that need live values."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from nbmodelver.actions.commit import CommitRequest, Committed, commit
from nbmodelver.errors import UnknownName
from nbmodelver.repo import CommitContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbmodelver.repo import Repo


class DictSession:
    """A notebook that is a dictionary."""

    def __init__(self, repo: Repo) -> None:
        self.values: dict[str, Any] = {}
        self.notified = 0
        self._repo = repo

    def repo(self, *, create: bool = False) -> Repo:
        return self._repo

    def names(self) -> list[str]:
        return [*self.values]

    def pick(self, names: Sequence[str]) -> dict[str, Any]:
        for name in names:
            if name not in self.values:
                raise UnknownName(f"no variable '{name}'")
        return {name: self.values[name] for name in names}

    def put_back(self, values: Mapping[str, Any], vanish: Iterable[str] = ()) -> None:
        self.values.update(values)
        for name in list(vanish):
            self.values.pop(name, None)

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        yield

    def around(
        self, values: Iterable[str], session: bool | None = None, outputs: str = "", source: str | None = None
    ) -> CommitContext:
        kept = frozenset(values)
        return CommitContext(others=[n for n in self.values if n not in kept], session=bool(session))

    def committed(self) -> None:
        pass

    def notes(self) -> list[str]:
        return ["a note"]

    def progress(self) -> Any:
        return nullcontext(lambda *_: None)

    def notify(self) -> None:
        self.notified += 1


def kept(session: DictSession, **values: Any) -> Committed:
    """Bind some values and commit all of them."""
    session.values.update(values)
    return commit(session, CommitRequest(dict(session.values)))
