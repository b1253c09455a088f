"""Strings that pyarrow kept come back without pyarrow; everything else of it is refused by name."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nbmodelver.codecs import arrowless, notes
from nbmodelver.codecs.memory import Memory
from nbmodelver.errors import NotLoadable
from nbmodelver.repo import open_repo

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

if TYPE_CHECKING:
    from pathlib import Path

READER = """
    import sys, warnings

    class NotInstalled:
        # Not `sys.modules["pyarrow"] = None`: pandas 2.3 takes the None for the module.
        def find_spec(self, name, *_):
            if name.partition(".")[0] == "pyarrow":
                raise ModuleNotFoundError(name, name="pyarrow")

    sys.meta_path.insert(0, NotInstalled())
    import nbmodelver as mv
    from nbmodelver.errors import NotLoadable
    repo = mv.open(sys.argv[1])
    for name in repo["HEAD"].names:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                value = repo.load("HEAD", [name])[name]
            except NotLoadable as error:
                print(name, "refused:", error.message)
                continue
        said = [str(w.message) for w in heard if type(w.message).__name__ == "LoadedDifferently"]
        values = value["s"] if name == "frame" else value
        print(name, list(values.fillna("-")), getattr(values.dtype, "storage", values.dtype), *said)
"""


def test_a_kernel_without_pyarrow_reads_pandas_strings_and_refuses_the_rest(tmp_path: Path) -> None:
    words = ["a", None, "é"]
    repo = open_repo(tmp_path, create=True)
    repo.commit(
        {
            "series": pd.Series(words, dtype="string[pyarrow]"),
            "frame": pd.DataFrame({"s": pd.array(words, dtype="string[pyarrow]"), "n": [1, 2, 3]}, columns=["s", "n"]),
            "arrow": pa.array(words),
            "listed": [pa.array(words)],
            "arrow_dtype": pd.Series([1, 2], dtype="int64[pyarrow]"),
        }
    )
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(READER), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    series, frame, *refused = done.stdout.splitlines()
    note = "string[python] here, was string[pyarrow]"
    assert series == f"series ['a', '-', 'é'] python series: {note}"
    assert frame.startswith("frame ['a', '-', 'é'] python frame: ")
    assert note in frame
    assert refused == [
        f"{name} refused: '{name}': this value needs the package 'pyarrow'"
        for name in ("arrow", "listed", "arrow_dtype")
    ]


def state_of(array: Any) -> tuple[Any, ...]:
    from nbmodelver.codecs import pyarrow as codec

    memory = Memory()
    state = codec.find(type(array)).take(array, memory)
    return tuple(memory.entries[part.number].array if hasattr(part, "number") else part for part in state)


@pytest.mark.parametrize("kind", ["string", "large_string"])
@pytest.mark.parametrize("words", [[], ["a", None, "", "é" * 9], [None], ["x"] * 20])
def test_the_strings_are_those_that_pyarrow_reads(kind: str, words: list[Any]) -> None:
    array = pa.array(["before", *words], type=getattr(pa, kind)())[1:]
    with notes.collected() as heard:
        assert arrowless.BY_TAG["pyarrow.array"].restore(state_of(array)).to_pylist() == words
    heard.require_settled()


def test_what_nobody_takes_is_refused() -> None:
    with notes.collected() as heard:
        arrowless.Texts(["a"])
    with pytest.raises(NotLoadable, match="pyarrow"):
        heard.require_settled()


@pytest.mark.parametrize("array", [pa.array([1, 2]), pa.array([b"\xff\xfe"]), pa.array([[1]])], ids=str)
def test_other_arrays_are_refused(array: Any) -> None:
    with notes.collected(), pytest.raises(NotLoadable, match="pyarrow"):
        arrowless.BY_TAG["pyarrow.array"].restore(state_of(array))


def test_lengths_that_do_not_add_up_are_refused() -> None:
    state = ("strings", b"", 2, None, np.array([1, 5], np.int32), np.frombuffer(b"ab", np.uint8))
    with notes.collected(), pytest.raises(ValueError, match="add up"):
        arrowless.BY_TAG["pyarrow.array"].restore(state)


def test_every_codec_of_pyarrow_is_known_without_it() -> None:
    from nbmodelver.codecs import pyarrow as codec

    assert arrowless.BY_TAG.keys() == codec.BY_TAG.keys()
