"""Long random walks over values of which many cannot be kept: no jump takes anything that undo does not bring back.

NBMODELVER_WALKS=long takes 10,000 steps.
"""

from __future__ import annotations

import copy
import os
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.errors import NothingToCommit
from tests.fidelity.alike import alike
from tests.shells import new_shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.shells import Shell

LONG = os.environ.get("NBMODELVER_WALKS") == "long"
WALKS, STEPS = (50, 200) if LONG else (4, 60)

pytestmark = pytest.mark.slow

FIRST = """
import json
class Refuses:
    def __init__(self, n): self.n = n
    def __reduce__(self): raise TypeError('not me')
"""
NAMES = "abcde"
CELLS = (
    "{a} = [{k}]",
    "{a} = {{'k': {k}}}",
    "{a} = {k} / 2",
    "{a} = (i for i in range({k}))",
    "{a} = Refuses({k})",
    "{a} = [{k}, Refuses({k})]",
    "{a} = 'sk-' + 'abcd1234' * 5",
    "{a} = {b}",
    "{a} = [{b}, {k}]",
    "if type({a}) is list: {a}.append({k})",
    "if type({a}) is list: {a}.append({b} if {b} is not {a} else 0)",
    "holder = [{a}, {b}]",
    "holder = None",
    "def {a}(): return json.dumps({k})",
    "globals().pop('{a}x', None); {a}x = {b}",
)


@dataclass
class Jump:
    """The variables that a jump replaced or removed: the objects, and copies of those that can be copied."""

    objects: dict[str, Any]
    copies: dict[str, Any]


class Walk:
    """Someone who commits and goes back, and who remembers what was there."""

    def __init__(self, shell: Shell, seed: int) -> None:
        self.shell, self.rng = shell, random.Random(seed)
        self.undo: list[Jump] = []
        self.redo: list[Jump] = []
        self.did: list[str] = []
        shell.run(FIRST)
        for name in NAMES:
            shell.run(f"{name} = [1]")
        self.run("%mv_commit a b c d e")

    def run(self, line: str) -> Any:
        self.did.append(line)
        return self.shell.run(line)

    def values(self) -> dict[str, Any]:
        live = self.shell.shell.user_ns
        return {n: live[n] for n in [*NAMES, *(f"{n}x" for n in NAMES), "holder", "json"] if n in live}

    def jumped(self, line: str) -> Jump:
        """Run a line that jumps; what it took out of the notebook."""
        before = self.values()
        copies = {n: copied(v) for n, v in before.items()}
        self.run(line)
        after = self.values()
        assert "json" in after, self.did
        gone = {n: v for n, v in before.items() if n not in after or after[n] is not v}
        return Jump(gone, {n: copies[n] for n in gone})

    def demand(self, jump: Jump) -> None:
        """Everything that the jump took is there again."""
        live = self.values()
        for name, value in jump.objects.items():
            assert name in live, (name, self.did)
            expected = jump.copies[name]
            is_it = live[name] is value if expected is UNCOPIED else same(live[name], expected)
            assert is_it, (name, live[name], expected, self.did)

    def step(self) -> None:
        """One random step."""
        what = self.rng.random()
        if what < 0.5:
            a, b = self.rng.choice(NAMES), self.rng.choice(NAMES)
            self.run(self.rng.choice(CELLS).format(a=a, b=b, k=self.rng.randrange(100)))
        elif what < 0.65:
            names = " ".join(n for n in self.values() if self.rng.random() < 0.7 and n != "json")
            with suppress(NothingToCommit):
                self.run(f"%mv_commit {names or '--all'}")
        elif what < 0.8:
            version = self.rng.choice(mv.open().log())
            steps = jumps()
            jump = self.jumped(f"%mv_rollback {version.name} --yes")
            if jumps() != steps:
                self.undo, self.redo = [*self.undo, jump][-15:], []
            else:
                assert not jump.objects, self.did
        elif what < 0.93 and self.undo:
            jump = self.undo.pop()
            self.redo.append(self.jumped("%mv_undo"))
            self.demand(jump)
        elif self.redo:
            jump = self.redo.pop()
            self.undo.append(self.jumped("%mv_redo"))
            self.demand(jump)


UNCOPIED = object()


def copied(value: Any) -> Any:
    """A copy, or UNCOPIED for what must be the very object: it cannot be saved."""
    if isinstance(value, str) and value.startswith("sk-"):
        return UNCOPIED
    if callable(value):
        return value()
    try:
        return copy.deepcopy(value)
    except TypeError:
        return UNCOPIED


def same(value: Any, expected: Any) -> bool:
    """Whether a live value is as the copy says; functions by what they return."""
    return not alike({"x": value() if callable(value) else value}, {"x": expected})


def jumps() -> list[Any]:
    """The journal of undo."""
    return list(mv.open().journals.read().jumps)


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_walk_loses_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_shell(tmp_path, monkeypatch) as shell:
        walk = Walk(shell, seed)
        for _ in range(STEPS):
            walk.step()
        while walk.undo:
            jump = walk.undo.pop()
            walk.jumped("%mv_undo")
            walk.demand(jump)
