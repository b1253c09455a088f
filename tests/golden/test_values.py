"""Stores that were released once are read for ever."""

from __future__ import annotations

import shutil
import sys
import warnings
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import LoadedDifferently, NotLoadable

if TYPE_CHECKING:
    import pandas as pd

    from nbmodelver.repo import Repo

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from make_values import values  # noqa: E402

CODE = ("Net", "net")
"""A class that `exec` made under Python 3.11, and an instance: its bytecode runs there only."""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A copy of the golden store."""
    shutil.copytree(HERE / "values-1", tmp_path / ".nbmodelver")
    return mv.open(tmp_path, trusted=True)


def shown(frame: pd.DataFrame) -> list[object]:
    """Labels, dtypes and values, whatever the pandas here keeps texts in."""
    columns = [(name, str(frame[name].dtype), repr(frame[name].tolist())) for name in frame.columns]
    categories = frame["kind"].dtype.categories.tolist(), frame["kind"].dtype.ordered
    return [frame.index.tolist(), frame.index.name, columns, categories]


def test_the_golden_store_is_whole(repo: Repo) -> None:
    assert repo.verify(full=True) == []


def test_the_golden_store_is_read_as_it_was_written(repo: Repo) -> None:
    want = values()
    when = want["frame"]["when"]  # As the pandas 3 that wrote it has it.
    want["frame"]["when"] = when.dt.as_unit("us").dt.tz_convert(zoneinfo.ZoneInfo("Europe/Paris"))
    left_out = CODE if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else (*CODE, "generator")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoadedDifferently)  # Before pandas 2.3 there is no `str` for the column names.
        loaded = repo.load("best", [name for name in repo["best"].names if name not in left_out])
    assert repr(loaded["numbers"]) == repr(want["numbers"])
    loop, by_name, *rest = loaded["containers"]
    assert loop[1] is loop
    assert loop[0] is by_name["s"]
    assert rest == [{1, 2, 3}, frozenset("ab"), range(3)]
    assert loaded["view"].base is loaded["base"]
    assert loaded["view"].strides == want["view"].strides
    assert np.array_equal(loaded["view"], want["view"])
    assert shown(loaded["frame"]) == shown(want["frame"])
    if "generator" in loaded:
        assert loaded["generator"].random() == want["generator"].random()
    else:  # Pickled by numpy 2, as the first recipes did; numpy 1.26 reads another layout.
        with pytest.raises(NotLoadable, match="'generator' cannot be rebuilt here"):
            repo.load("best", "generator")


def test_code_without_source_comes_back_in_its_own_python_and_is_refused_in_others(repo: Repo) -> None:
    if sys.version_info[:2] == (3, 11):
        loaded = repo.load("best", CODE)
        assert type(loaded["net"]) is loaded["Net"]
        assert loaded["net"].go(2) == 6
        return
    for name in CODE:
        with pytest.raises(NotLoadable, match=r"Net\.go.* runs in Python 3\.11 only"):
            repo.load("best", name)
