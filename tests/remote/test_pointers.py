"""Pointer files: what they say, their size, and what is refused."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.model import VersionId
from nbmodelver.remote.pointers import MAX_BYTES, Pointer, parse, pointer_to, read, write
from tests.remote.places import new_store

ID = VersionId("ab" * 20)
POINTER = Pointer(ID, "v7", "main", 'a "better" é one', "s3://team/study", {"region": "x"}, {"acc": 0.9}, {"m": "a.B"})


def test_a_pointer_is_read_back_as_it_was_written():
    text = write(POINTER, "study.nbmv")
    assert parse(text, "study.nbmv") == POINTER
    assert tomllib.loads(text)["metrics"] == {"acc": 0.9}
    assert text.startswith("# A version of nbmodelver: `nbmodelver pull --pointer study.nbmv` brings it.\n")


def test_numbers_that_json_does_not_have_are_kept():
    found = parse(write(replace(POINTER, metrics={"a": math.inf, "b": math.nan}), "x"), "x")
    assert found.metrics["a"] == math.inf
    assert math.isnan(found.metrics["b"])


def test_a_pointer_never_has_more_than_a_kibibyte():
    many = {f"metric number {n}": n / 7 for n in range(100)}
    models = {f"a model with a long name {n}": "package.of.a.library.Model" for n in range(100)}
    text = write(replace(POINTER, metrics=many, models=models, message="m" * 500), "x")
    assert len(text.encode()) <= MAX_BYTES
    found = parse(text, "x")
    assert found.metrics
    assert found.models
    assert len(found.message) == 80


def test_one_fact_is_one_line():
    changed = write(replace(POINTER, metrics={"acc": 0.8}), "x").splitlines()
    before = write(POINTER, "x").splitlines()
    assert sum(a != b for a, b in zip(before, changed, strict=True)) == 1


def test_a_pointer_has_metrics_and_models_of_the_version():
    repo = new_store()
    version = repo.commit({"x": 1}, "first", metrics={"acc": 0.5, "a": 1.0})
    found = pointer_to(version, "main")
    assert (found.version, found.metrics, found.models) == (version.id, {"a": 1.0, "acc": 0.5}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a pointer"),
        ("pointer = 1\nversion = 'x'\nname = 'v1'\nbranch = 'main'", "not a pointer"),
        (write(POINTER, "x").replace("pointer = 1", "pointer = true"), "not a pointer"),
        (write(POINTER, "x").replace("pointer = 1", "pointer = 2"), "format 2"),
        (
            write(POINTER, "x").replace("pointer = 1", "pointer = 1\nmodels = 3").partition("[models]")[0],
            "not a pointer",
        ),
        ("<<<<<<< ours\n" + write(POINTER, "x"), "conflict of Git"),
        (write(POINTER, "x") + '"late" = [1, 2', "not a pointer"),
    ],
)
def test_anything_else_is_refused_with_the_way_out(text, said):
    with pytest.raises(UsageError, match=said) as caught:
        parse(text, "study.nbmv")
    assert caught.value.hint


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="no pointer file"):
        read(tmp_path / "study.nbmv")
