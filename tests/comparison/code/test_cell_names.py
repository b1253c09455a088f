"""Names that a cell reads, assigns or may change, by its code alone."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.code.cell_names import cell_names


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("y = x + 1", ["x"]),
        ("x = 1\ny = x + 1", []),
        ("df = df.dropna()", ["df"]),
        ("df['a'] = df['b'] * k", ["df", "k"]),
        ("n += 1", ["n"]),
        ("squares = [i * k for i in rows]", ["rows", "k"]),
        ("i = 1\nsquares = [i for i in rows]", ["rows"]),
        ("squares = [i for i in rows]\nlast = i", ["rows", "i"]),
        ("def f(a, b=k):\n    c = 2\n    return a + b + c + g", ["k", "g"]),
        ("f = lambda a: a + k", ["k"]),
        ("def f():\n    return k\nk = 1\nf()", []),
        ("if flag:\n    a = 1\nb = a", ["flag", "a"]),
        ("if flag:\n    a = 1\nelse:\n    a = 2\nb = a", ["flag"]),
        ("for row in rows:\n    total = row + base", ["rows", "base"]),
        ("while (n := step()) > low:\n    m = n", ["step", "low"]),
        ("with open(path) as f:\n    text = f.read()\nn = len(text)", ["open", "path", "len"]),
        ("try:\n    a = f()\nexcept KeyError as e:\n    a = e\nb = a", ["f", "KeyError"]),
        ("match point:\n    case {'x': x, **rest} if x > low:\n        y = x, rest", ["point", "low"]),
        ("class A(Base):\n    k = width\n    def m(self):\n        return depth", ["Base", "width", "depth"]),
        ("import numpy as np\na = np.zeros(n)", ["n"]),
        ("%%time\na = b\n%mv_commit a\n!ls", ["b"]),
        ("%%time a = b", ["b"]),
        ("a = await fetch(url)", ["fetch", "url"]),
        ("this is no Python", []),
    ],
)
def test_what_a_cell_reads_is_what_it_did_not_assign_before(source: str, reads: list[str]) -> None:
    assert [*cell_names(source).reads] == reads


def test_whole_assignments_parts_and_calls_are_told_apart() -> None:
    found = cell_names(
        "model = Ridge(alpha)\nmodel.fit(X, y)\ndf.loc[0, 'a'] = 1\ncfg.lr = 0.1\ndel d['k']\n"
        "clean(rows, how=table)\nprint(seen)\nfor i, j in pairs: pass\ndef f(): inner = 1\n[k for k in ks]"
    )
    assert found.binds == {"model", "i", "j", "f"}
    assert found.changes == {"df", "cfg", "d"}
    assert found.touches == {"model", "rows", "table"}
