"""Paths that a cell builds are found without running its code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbmodelver.kernel import path_names
from nbmodelver.kernel.path_names import MOST, paths

KNOWN: dict[str, Any] = {
    "name": "table", "folder": Path("data"), "year": 2026, "years": [2024, 2025], "files": {"a.h5": 1, "b.h5": 2},
    "file": Path("data/x.parquet"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("read(file)", "data/x.parquet"),
        ("read(f'data/{name}.parquet')", "data/table.parquet"),
        ("read(f'data/{year:06d}.csv')", "data/002026.csv"),
        ("read(folder / f'{name}.h5')", "data/table.h5"),
        ("read(folder / 'raw' / name)", "data/raw/table"),
        ("read('data/' + name + '.nc')", "data/table.nc"),
        ("read(os.path.join('data', name))", "data/table"),
        ("read(Path('data') / name)", "data/table"),
        ("read(str(folder / name))", "data/table"),
        ("for y in years:\n    read(f'data/{y}.parquet')", "data/2024.parquet"),
        ("all = [read(f'data/{y}.parquet') for y in years]", "data/2025.parquet"),
        ("for n in ('p', 'q'):\n    read(folder / n)", "data/q"),
        ("for n in range(3):\n    read(f'part-{n}.bin')", "part-2.bin"),
        ("for f in files:\n    read(f)", "b.h5"),
    ],
)
def test_a_path_is_found(source: str, path: str) -> None:
    assert path in set(paths(source, KNOWN))


class Spy(str):
    """A text whose methods are code of the user."""

    def __format__(self, _spec: str) -> str:
        raise AssertionError

    def __add__(self, _other: str) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    "source", ["f'{spy}.csv'", "spy + '.csv'", "spy", "spy / 'a'", "f(spy)", "spy()", "1 +", "name / 3"]
)
def test_no_code_of_the_user_runs(source: str) -> None:
    assert [p for p in paths(source, {**KNOWN, "spy": Spy("a"), "name": "b"}) if p != "b"] == []


def test_the_number_of_paths_is_limited() -> None:
    many = {"names": [f"f{n}" for n in range(MOST)]}
    assert len(list(paths("for n in names:\n    read(f'{n}.csv', f'{n}.txt')", many))) == MOST


def test_the_work_for_one_cell_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [f"part-{i}" for i in range(300)]
    source = "for item in items:\n" + "\n".join(f"    x{i} = folder + '/' + item + '{i}'" for i in range(500))
    assert len(list(paths(source, {"items": items, "folder": "data"}))) <= MOST
    tried: list[object] = []
    value = path_names._value
    monkeypatch.setattr(path_names, "_value", lambda node, bound: (tried.append(node), value(node, bound))[1])
    unknown = "for item in items:\n" + "\n".join(f"    x{i} = unknown(item)" for i in range(2000))
    list(paths(unknown, {"items": items}))
    assert 0 < len(tried) <= 2 * path_names.MOST_TRIES
