"""Long random walks of one person: cells, commits, ways back, undo, branches, forgetting, restarts, in any order.

What must be there is found without nbmodelver: the cells that led to a state, run again in a namespace of their own.
NBMODELVER_WALKS=long takes many more and longer ones.
"""

from __future__ import annotations

import os
import random
import types
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver.repo.restore.undo import UndoHistories, UndoHistory
from tests.fidelity.alike import alike
from tests.shells import new_shell
from tests.waiting import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from nbmodelver.model import Version

LONG = os.environ.get("NBMODELVER_WALKS") == "long"
WALKS, STEPS = (200, 60) if LONG else (6, 30)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

FIRST = """
import numpy as np, pandas as pd, collections
n = 0
params = {"lr": 0.1, "layers": [64, 32], "nested": {"a": [1, 2]}}
big = np.random.default_rng(0).normal(size=1_500_000)
view = big[100:200]
grid = np.arange(12_000).reshape(120, 100)
df = pd.DataFrame({"id": range(20_000), "x": np.random.default_rng(1).normal(size=20_000),
                   "city": ["town %d" % (i % 97) for i in range(20_000)], "flag": [i % 3 == 0 for i in range(20_000)]})
log = []
both = [log, params]
rng = np.random.default_rng(7)
class Point:
    scale = 1
    def __init__(self, x): self.x = x
    def far(self): return self.x * self.scale
points = [Point(i) for i in range(5)]
""".lstrip()  # as IPython runs it: a class knows its first line

CELLS = (
    "n = n + 1",
    "n = {k} * 1.5",
    "params['lr'] = {k} / 7",
    "params['layers'].append({k})",
    "params = dict(params, seed={k})",
    "params['nested']['a'] = params['layers']",
    "big[{k} * 1000:{k} * 1000 + 3] = {k}",
    "big[::997] += 1",
    "big = big * 1.0001; view = big[::3]",
    "big = np.insert(big, {k} * 100, np.arange(50.)); view = big[5:9]",
    "big = big[:-{k} - 1].copy(); view = big[-20:]",
    "view[:] = {k}",
    "view = big[{k}:{k} + 50]",
    "view = view[::2]",
    "grid[{k}] = -{k}",
    "grid = np.ascontiguousarray(grid[::-1])",
    "grid = np.asfortranarray(grid)",
    "grid = grid + 1",
    "df.loc[{k}, 'x'] = {k}.5",
    "df['x'] = df['x'].round(2)",
    "df['city'] = df['city'].astype(object).where(df['id'] % 50 != {k}, 'elsewhere {k}')",
    "df['new{k}'] = df['id'] * {k}",
    "df = df.sample(frac=1, random_state={k})",
    "df = df.sort_values('x').reset_index(drop=True)",
    "df = df[df['id'] % 101 != {k}].copy()",
    "df = pd.concat([df, df.head({k} + 1)], ignore_index=True)",
    "df['city'] = df['city'].astype('category')",
    "head = df.head(3)",
    "same = df",
    "del_me = [{k}, [{k}]]",
    "globals().pop('del_me', None)",
    "globals().pop('head', None)",
    "log.append(('step', {k}, log[-1] if log else None))",
    "log = [*log, {k}]",
    "both = [log, params, grid]",
    "both[0].append({k})",
    "draws = rng.integers(0, 100, {k} + 1)",
    "rng = np.random.default_rng({k})",
    "points.append(Point({k}))",
    "points[0].x = points[-1]",
    "Point.scale = {k}",
    "class Point:\n    scale = {k}\n    def __init__(self, x): self.x = x\n    def far(self): return -self.x",
    "def score(p, *, by={k}): return p.far() * by",
    "scores = [score(p) for p in points if isinstance(p.x, int)] if 'score' in globals() else []",
    "counts = collections.Counter(df['city'].astype(str).head(500))",
    "texts = np.array(['a%d' % i for i in range({k} * 100)] + [None], dtype=object)",
    "when = pd.date_range('2026-01-01', periods={k} + 1, tz='Europe/Berlin')",
    "weights = [np.full((300, 40), {k}, 'f4'), np.zeros(0), np.float32({k})]",
    "weights = [w * np.float32(1.001) for w in globals().get('weights', [])]",
)

Trace = tuple[str, ...]


def world(trace: Trace) -> dict[str, Any]:
    """What these cells leave behind in a namespace of their own."""
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    for source in trace:
        exec(compile(source, "<cell>", "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def names_in(values: dict[str, Any]) -> set[str]:
    """The variables that a commit keeps."""
    return {n for n, v in values.items() if not n.startswith("_") and not isinstance(v, types.ModuleType)}


class Person:
    """Someone at a notebook, and the cells behind every state that was seen."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, seed: int) -> None:
        self.folder, self.patch, self.rng = folder, patch, random.Random(seed)
        self.did: list[str] = []
        self.start()
        self.hidden = names_in(self.live)
        self.cell("%mv_init")
        self.now: Trace = (FIRST,)
        self.cell(FIRST)
        self.versions: dict[str, Trace] = {}
        self.back: list[Trace] = []
        self.forward: list[Trace] = []
        self.commit()

    def start(self) -> None:
        self.block = new_shell(self.folder, self.patch)
        self.shell = self.block.__enter__()

    def stop(self) -> None:
        self.block.__exit__()

    @property
    def live(self) -> dict[str, Any]:
        return self.shell.shell.user_ns

    def cell(self, source: str) -> Any:
        self.did.append(source)
        return self.shell.run(source)

    def head(self) -> Version | None:
        return mv.open(self.folder).history.head

    def check(self) -> None:
        """The variables are what the cells make of nothing."""
        want = world(self.now)
        assert names_in(self.live) - self.hidden == names_in(want), self.did
        assert alike(self.live, want, sorted(names_in(want))) == [], self.did

    def arrive(self, trace: Trace) -> None:
        """After a way back."""
        self.now = trace
        self.check()

    # -- what a person does

    def edit(self) -> None:
        source = self.rng.choice(CELLS).replace("{k}", str(self.rng.randrange(1, 40)))
        self.now = (*self.now, source)
        self.cell(source)

    def commit(self) -> None:
        message = f"step {len(self.did)}"
        self.cell(f"%mv_commit --all -m '{message}' {self.rng.choice(['', '', '--background'])}")
        wait_for(lambda: getattr(self.head(), "message", None) == message, "the commit in the background does not end")
        self.versions[self.head().name] = self.now

    def roll_back(self) -> None:
        version = self.rng.choice(sorted(self.versions))
        self.jump(f"%mv_rollback {version} --yes", self.versions[version])

    def jump(self, magic: str, to: Trace) -> None:
        self.secure()
        jumps = self.jumps()
        before = self.now
        self.cell(magic)
        if self.jumps() != jumps:
            self.back.append(before)
            self.forward.clear()
        self.arrive(to)

    def secure(self) -> None:
        """A way back leaves names alone that no version had; here they would be in the way, so one has them."""
        head = self.head()
        if head is None or not names_in(world(self.now)) <= set(head.kept):
            self.commit()

    def jumps(self) -> UndoHistory:
        return UndoHistories(mv.open(self.folder).refs).read()

    def undo(self) -> None:
        if self.back:
            self.secure()
            self.cell("%mv_undo")
            self.forward.append(self.now)
            self.arrive(self.back.pop())

    def redo(self) -> None:
        if self.forward:
            self.secure()
            self.cell("%mv_redo")
            self.back.append(self.now)
            self.arrive(self.forward.pop())

    def restart(self) -> None:
        version = self.rng.choice(sorted(self.versions))
        self.stop()
        self.start()
        self.cell(f"%mv_rollback {version} --yes")
        self.back.clear()
        self.forward.clear()
        self.arrive(self.versions[version])

    def tidy(self) -> None:
        """Forget a version and free what only it needed; with undo still to come, forgetting would be in its way."""
        gone, history = self.rng.choice(sorted(self.versions)), mv.open(self.folder).history
        stays = {v.name for v in (history.head, *history.branches().values()) if v is not None}
        if gone not in stays and len(self.versions) > 2 and not self.back and not self.forward:
            self.cell(f"%mv_forget {gone}")
            del self.versions[gone]
            mv.open(self.folder).gc(grace_s=0)

    def walk(self, steps: int) -> None:
        """Mostly edits, and the rest as it comes."""
        acts = (
            [self.edit] * 8 + [self.commit] * 3 + [self.roll_back] * 2 + [self.undo, self.redo, self.restart, self.tidy]
        )
        for _ in range(steps):
            self.rng.choice(acts)()

    def look_back(self) -> None:
        """Every version that was not forgotten comes back in a kernel that has seen nothing."""
        assert mv.open(self.folder).verify(full=True) == []
        self.restart()
        for version, trace in self.versions.items():
            self.cell(f"%mv_rollback {version} --yes")
            self.arrive(trace)


@pytest.mark.parametrize("seed", range(WALKS))
def test_every_state_comes_back_whatever_was_done_in_between(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(tmp_path, monkeypatch, seed)
    try:
        person.walk(STEPS)
        person.check()
        person.look_back()
    finally:
        person.stop()
