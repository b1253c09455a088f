# ruff: noqa: E501  # a table
"""Small cases on which tools of this kind are compared: each comes back exactly, or is named at the commit."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.shells import Shell


@dataclass(frozen=True)
class Case:
    """build: the cell before the commit. check: true then, and after every rollback. damage: run in between.

    named: a name that the commit does not keep, or keeps with a note; with `said` in what it says. needs: a module.
    """

    build: str
    check: str = "True"
    damage: str = ""
    named: str = ""
    said: str = ""
    needs: str = "numpy"


CASES = {
    "numbers": Case("x = (1, 2.5, 3j, True, None, -0.0, float('inf'))", "x[:5] == (1, 2.5, 3j, True, None) and str(x[5]) == '-0.0'", "x = 0"),
    "nan": Case("x = [float('nan')]", "x[0] != x[0]", "x[0] = 1.0"),
    "text and bytes": Case("x = 'größe \\ud83d' + b'\\x00\\xff'.decode('latin-1')", "len(x) == 9", "x = ''"),
    "a changed list": Case("x = [1, [2]]", "x == [1, [2]]", "x[1].append(3)"),
    "a deleted name": Case("x = {'a': 1}", "x == {'a': 1}", "del x"),
    "a new type": Case("x = [1]", "x == [1]", "x = 'text'"),
    "two names of one list": Case("x = [1]; y = x", "x is y and y == [1]", "y = [1]; x.append(2)"),
    "a list inside another": Case("x = [1]; y = {'x': x}", "y['x'] is x", "y['x'] = [1]"),
    "a cycle": Case("x = []; x.append(x)", "x[0] is x", "x[0] = 1"),
    "an array": Case("import numpy as np; x = np.arange(6).reshape(2, 3)", "x.tolist() == [[0, 1, 2], [3, 4, 5]]", "x[0, 0] = 9"),
    "a view": Case("import numpy as np; x = np.arange(5); v = x[1:3]", "v.base is x and v.tolist() == [1, 2]", "v[0] = 7; v = v.copy()"),
    "a frame": Case("import pandas as pd; x = pd.DataFrame({'a': [1, None], 'b': ['x', 'y']})", "x.shape == (2, 2) and x.b[1] == 'y'", "x.loc[0, 'b'] = 'z'", needs="pandas"),
    "a model and its pipeline": Case("from sklearn.pipeline import make_pipeline; from sklearn.linear_model import Ridge\nm = Ridge(); p = make_pipeline(m)", "p.steps[0][1] is m and m.alpha == 1.0", "m.alpha = 7.0; m = None", needs="sklearn"),
    "optimizer and network": Case("import torch; n = torch.nn.Linear(2, 1); o = torch.optim.SGD(n.parameters(), lr=0.1); w = n.weight.tolist()", "o.param_groups[0]['params'][0] is n.weight and n.weight.tolist() == w", "torch.nn.init.zeros_(n.weight)", needs="torch"),
    "a function": Case("def f(x): return x + 1", "f(1) == 2", "def f(x): return 0"),
    "a function and its constant": Case("K = 3\ndef f(x): return x * K", "f(2) == 6", "K = 0"),
    "a closure": Case("def make():\n    n = [0]\n    def up(): n[0] += 1; return n[0]\n    return up\nup = make(); first = up()", "up.__closure__[0].cell_contents == [1]", "up(); up()"),
    "two closures of one cell": Case("def make():\n    n = [0]\n    return (lambda: n), (lambda: n)\na, b = make()", "a() is b()", "a = None"),
    "a class defined again": Case("class C:\n    def f(self): return 1\nc = C()", "c.f() == 1 and type(c) is C", "class C:\n    def f(self): return 2\nc = C()"),
    "an attribute of a class": Case("class C: lr = 1", "C.lr == 1", "C.lr = 5"),
    "a dataclass": Case("import dataclasses\n@dataclasses.dataclass\nclass D:\n    x: int = 1\nd = D(4)", "d == D(4) and d.x == 4", "d.x = 0"),
    "an enumeration": Case("import enum\nclass E(enum.Enum): A = 1\ne = E.A", "e is E.A", "e = None"),
    "random state": Case("import random, numpy as np; random.seed(1); np.random.seed(1); x = 0", "(random.getstate()[1][0], np.random.get_state()[1][0])[1] == 1 and random.Random(1).getstate() == random.getstate()", "random.random(); np.random.seed(5)"),
    "a generator of random numbers": Case("import numpy as np; g = np.random.default_rng(4)", "g.bit_generator.state == np.random.default_rng(4).bit_generator.state", "g.random(5)"),
    "options": Case("import pandas as pd; pd.set_option('display.max_rows', 17); x = 1", "pd.get_option('display.max_rows') == 17", "pd.reset_option('display.max_rows')", needs="pandas"),
    "a lock": Case("import threading; lock = threading.Lock(); d = {'lock': lock}", "d['lock'] is lock and lock.acquire() is None or not lock.release()", "d = None", named="lock", said="lock: new"),
    "a queue": Case("import queue; q = queue.Queue(); q.put(3)", "list(q.queue) == [3]", "q.get()", named="q", said="queue: new"),
    "a database in memory": Case("import sqlite3; db = sqlite3.connect(':memory:'); _ = db.execute('create table t (a)'); _ = db.execute('insert into t values (1)'); db.commit()", "db.execute('select * from t').fetchall() == [(1,)]", "_ = db.execute('delete from t'); db.commit()"),
    "a figure and its axes": Case("import matplotlib; matplotlib.use('agg'); from matplotlib.figure import Figure\nfig = Figure(); ax = fig.subplots(); line, = ax.plot([1, 2])", "fig.axes[0] is ax and ax.lines[0] is line", "ax.plot([3, 4]); line = None", needs="matplotlib"),
    "a regular expression": Case("import re; p = re.compile('a+'); m = p.match('aab')", "m.group() == 'aa' and m.re is p", "m = None"),
    "an iterator": Case("i = iter([1, 2, 3]); _ = next(i)", "list(__import__('copy').copy(i)) == [2, 3]", "next(i)"),
    "a running generator": Case("g = (i for i in range(3)); _ = next(g); x = 1", named="g", said="a generator cannot be kept"),
    "an open socket": Case("import socket; s = socket.socket(); s.close(); x = 1", named="s", said="socket"),
    "an exception with arguments of its own": Case("class E(Exception):\n    def __init__(self, a, b): super().__init__(a); self.b = b\ne = E(1, 2)", "e.args == (1,) and e.b == 2", "e = None"),
    "an object that cannot be loaded": Case("class E:\n    def __setstate__(self, state): raise ValueError('no')\ne = E(); e.a = x = 1", named="e", said="it can be saved but not loaded"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_comes_back_or_is_named(case: Case, shell: Shell, another: Any) -> None:
    pytest.importorskip(case.needs)
    shell.run(case.build)
    assert shell.run(case.check)
    version = shell.run("%mv_commit")
    text = " ".join(str(version).split())
    if case.named:
        assert case.named in text
        assert case.said in text
    else:
        assert version.skipped == ()
    if case.damage:
        shell.run(case.damage)
    shell.run("%mv_rollback v1 --yes")
    assert shell.run(case.check)
    shell.run("%mv_undo\n%mv_redo")
    assert shell.run(case.check)
    with another() as later:
        later.run("%mv_rollback v1 --yes")
        assert later.run(case.check)
        for kernel in (shell, later):
            kernel.shell.user_ns.clear()
    gc.collect()  # A database that nobody closes is warned of here, not in another test.
