"""Turns the test of a change into a run: what to load from which version, and which statements to run again."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbmodelver.comparison.code.statements import RANDOM_STATE
from nbmodelver.repo.inspect.causes.scratch import ScratchRun
from nbmodelver.repo.inspect.causes.worlds import RESULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbmodelver.comparison.code.statements import Statement
    from nbmodelver.model import Version
    from nbmodelver.repo.inspect.causes.worlds import World

SEED = 0
"""Every run starts from the same random state, so that two runs differ only in the change that is tested."""
_Place = tuple[int, int, int]


@dataclass(frozen=True)
class Trial:
    """The metric in one world with a change.

    world: its values and statements are used. values: name -> version whose value replaces that of the world.
    statements: name -> statements that replace those that made the name. again: names that are computed again from
    their statements, because they depend on the change.
    """

    world: World
    values: Mapping[str, Version] = field(default_factory=dict)
    statements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    again: frozenset[str] = frozenset()
    other: World | None = None
    seed: int = SEED

    @property
    def ran(self) -> tuple[str, ...]:
        """The values that are computed again, in the order of their making, without definitions and imports."""
        found = _Planned(self).found()
        return tuple(n for n in found.made if n not in (RESULT, RANDOM_STATE) and not self.world.is_code(n))

    @property
    def cost_s(self) -> float:
        """The seconds that the cells took that run again."""
        cells = {s.cell: s.duration_s for s in _Planned(self).found().run if not s.is_import and not s.defines}
        return sum(cells.values())

    @property
    def run(self) -> ScratchRun:
        """What to load and to run."""
        return _Planned(self).found().scratch_run()


@dataclass
class _Planned:
    """Collects what a trial needs, back from the metric."""

    trial: Trial
    made: dict[str, None] = field(default_factory=dict)
    run: list[Statement] = field(default_factory=list)
    _placed: dict[_Place, tuple[str, bool]] = field(default_factory=dict)
    _loads: dict[str, dict[str, None]] = field(default_factory=dict)
    _imports: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def found(self) -> _Planned:
        self._need(RESULT)
        return self

    def scratch_run(self) -> ScratchRun:
        world = self.trial.world
        in_order = [self._placed[at] for at in sorted(self._placed)]
        own = self._loads.pop(world.version.id, {})
        loads = [(version, tuple(names)) for version, names in self._loads.items()]
        return ScratchRun(
            world.version.id,
            (*([(world.version.id, tuple(own))] if own else []), *loads),
            imports=self._imports,
            definitions=tuple(source for source, is_definition in in_order if is_definition),
            statements=tuple(source for source, is_definition in in_order if not is_definition),
            result=RESULT,
            seed=self.trial.seed,
        )

    def _need(self, name: str) -> None:
        """Add what gives a name its value."""
        if name in self._seen:
            return
        self._seen.add(name)
        trial, world = self.trial, self.trial.world
        if name in trial.values:
            self._load(trial.values[name], name)
        elif name in trial.statements:
            self._replaced(name)
        elif name in trial.again or not world.can_load(name):
            self._computed(name)
        else:
            self._load(world.version, name)

    def _computed(self, name: str) -> None:
        world = self.trial.world
        places = world.slice.making.get(name, ())
        if not places:
            self._from_outside(name)
            return
        for read in world.slice.inputs.get(name, ()):
            self._need(read)
        self.made[name] = None
        for i in places:
            one = world.slice.statements[i]
            self._place((i, 1, 0), one.source, is_definition=one.defines or one.is_import)
            self.run.append(one)

    def _from_outside(self, name: str) -> None:
        """A name that no statement makes: kept by the version, imported, a builtin, or one that only the code knows."""
        world = self.trial.world
        if name == RANDOM_STATE:
            return
        if name in world.version.kept:
            self._load(world.version, name)
        elif name in world.version.imports:
            self._imports[name] = world.version.imports[name]
        elif self.trial.other is not None and not hasattr(builtins, name):
            other = self.trial.other
            if other.can_load(name):
                self._load(other.version, name)
            for i in other.slice.making.get(name, ()) if not other.can_load(name) else ():
                self._place((-1, 0, i), other.slice.statements[i].source, is_definition=other.is_code(name))

    def _replaced(self, name: str) -> None:
        """The statements of the other world, in the place of those of this one."""
        trial = self.trial
        other = trial.other or trial.world
        for read in other.slice.inputs.get(name, ()):
            self._need(read)
        self.made[name] = None
        at = min(trial.world.slice.making.get(name, ()), default=-1)
        is_definition = other.slice.is_defined(name)
        for i, source in enumerate(trial.statements[name]):
            self._place((at, 0, i), source, is_definition=is_definition)
        self.run += [trial.world.slice.statements[i] for i in trial.world.slice.making.get(name, ())]

    def _place(self, at: _Place, source: str, *, is_definition: bool) -> None:
        self._placed[at] = (source, is_definition)

    def _load(self, version: Version, name: str) -> None:
        self._loads.setdefault(version.id, {})[name] = None
