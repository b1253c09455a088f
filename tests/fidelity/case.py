"""What a case is: how a world is built, damaged, and what has to be the same afterwards."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib import metadata
from textwrap import dedent


@dataclass(frozen=True)
class Case:
    """One row of the table.

    build: the cell that makes the world; run a second time elsewhere, it makes the world to compare with.
    names: what is committed. damage: a cell run before the rollback in the same kernel; by default every name is lost.
    behave: expressions (or statements) evaluated one after the other in both worlds, whose values must be alike, and
    after which the worlds must still be alike.
    verdict: "exact", "note" (kept, and `says` stands in its note) or "named" (not kept, and `says` is in the report).
    loose: texts in differences that the note allows for.
    needs: modules, each with the first release of its package where one is needed ("numpy>=2.0").
    """

    name: str
    build: str
    names: tuple[str, ...]
    damage: str = ""
    behave: tuple[str, ...] = ()
    verdict: str = "exact"
    says: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """What the case needs and this environment has not."""
        return [need for need in self.needs if not is_here(need)]


def is_here(need: str) -> bool:
    """Whether a module can be imported, in the release that is named or a later one."""
    name, _, first = need.partition(">=")
    if importlib.util.find_spec(name) is None:
        return False
    return not first or _numbers(metadata.version(name)) >= _numbers(first)


def _numbers(version: str) -> list[int]:
    """Compares major and minor number: "2.1.0rc1" is [2, 1]."""
    return [int(number) for number in version.split(".")[:2]]


class Family:
    """Collects the cases of one file."""

    def __init__(self, family: str, prelude: str = "", needs: tuple[str, ...] = ()) -> None:
        self.family = family
        self.prelude = dedent(prelude)
        self.needs = needs
        self.cases: list[Case] = []

    def _add(self, name: str, build: str, names: str, behave: tuple[str, ...], **more: object) -> None:
        source = self.prelude + dedent(build).strip("\n") + "\n"
        needs = (*self.needs, *more.pop("needs", ()))  # type: ignore[misc]
        self.cases.append(
            Case(f"{self.family}: {name}", source, tuple(names.split()), behave=behave, needs=needs, **more)  # type: ignore[arg-type]
        )

    def exact(self, name: str, build: str, names: str, *behave: str, damage: str = "", **more: object) -> None:
        """A case that comes back as it was."""
        self._add(name, build, names, behave, damage=dedent(damage), **more)

    def note(self, name: str, build: str, names: str, *behave: str, says: str, **more: object) -> None:
        """A case that comes back almost as it was, and says so at the commit."""
        self._add(name, build, names, behave, verdict="note", says=(says,), **more)

    def named(self, name: str, build: str, names: str, *says: str, **more: object) -> None:
        """A case with values that cannot be kept: each "path: reason" is in the commit's report."""
        self._add(name, build, names, (), verdict="named", says=says, **more)
