"""P1 to P3 and P9: pickles of others are not loaded before the user says so."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nbmodelver as mv
from nbmodelver.errors import NeedsTrust
from nbmodelver.repo.core.trust import Trust

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def study(folder: Path) -> Any:
    """A store with plain data and a pickled value."""
    repo = mv.open(folder, create=True)
    repo.commit({"data": {"x": np.arange(5)}, "odd": np.poly1d([1.0, 2.0])})
    return repo


def test_p3_a_version_from_elsewhere_needs_trust_for_its_pickles_only(tmp_path: Path) -> None:
    repo = study(tmp_path)
    version = repo["v1"]
    repo.refs.move(f"origin/{version.id}", None, "bundle:abc")
    assert (repo.load("v1", ["data"])["data"]["x"] == np.arange(5)).all()
    with pytest.raises(NeedsTrust, match="numpy") as caught:
        repo.load("v1", ["odd"])
    assert "'odd'" in str(caught.value)
    repo.trust.add("bundle:abc")
    assert repo.load("v1", ["odd"])["odd"] == np.poly1d([1.0, 2.0])
    repo.trust.remove("bundle:abc")
    with pytest.raises(NeedsTrust):
        repo.load("v1", ["odd"])


def test_p2_plain_data_is_written_and_read_without_pickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    from nbmodelver.codecs import fallback, unpickling

    def explode(*_: object, **__: object) -> None:
        raise AssertionError("pickle was used")

    for module, name in (
        (pickle, "loads"),
        (pickle, "load"),
        (pickle, "dumps"),
        (unpickling, "Unpickler"),
        (fallback, "Pickler"),
    ):
        monkeypatch.setattr(module, name, explode)
    repo = mv.open(tmp_path, create=True)
    frame = pd.DataFrame({"a": [1, 2], "s": ["x", None], "c": pd.Categorical(["u", "v"])})
    values = {
        "n": [1, 2.5, None, {"k": (1, "é")}],
        "arr": np.arange(9).reshape(3, 3)[::2],
        "frame": frame,
        "big": "x" * 100_000,
    }
    repo.commit(values)
    again = mv.open(tmp_path).load("HEAD")
    assert again["n"] == values["n"]
    assert again["frame"].equals(frame)


HIDDEN = b"\x80\x05cbuiltins\nstr\n(\x8c\x02ostR\x8c\x06system\x93."
"""Puts "os" together while it runs, so that no reading of it shows os.system."""


def test_p3_what_a_pickle_would_import_is_shown_and_nothing_else_is_resolved(tmp_path: Path) -> None:
    from nbmodelver.codecs import graph

    version = study(tmp_path)["v1"]
    names = mv.open(tmp_path).group_store.what_it_runs(version.group_of("odd"))
    assert "numpy.poly1d" in names
    loader = graph.Loader({}, lambda _key: None, restricted=True)
    open_draft = graph.Draft(("odd",), graph.PICKLE, pickle.dumps(os.getcwd, 5), (), 0, [[], [], []])
    assert graph.foreign_names(open_draft) == {"posix:getcwd"}
    evil = graph.Draft(("odd",), graph.PICKLE, HIDDEN, (), 0, [[], [], []])
    assert "?:?" in graph.foreign_names(evil)
    with pytest.raises(NeedsTrust, match="mislead"):
        graph.decode(evil, loader)


def test_p3_what_our_own_functions_import_is_shown_and_nothing_else_is_resolved() -> None:
    from nbmodelver.codecs import graph, rebuild

    class Asks:
        def __init__(self, function: object, *arguments: object) -> None:
            self.asked = (function, arguments)

        def __reduce__(self) -> object:
            return self.asked

    def draft(asked: object) -> graph.Draft:
        return graph.Draft(("odd",), graph.PICKLE, pickle.dumps(asked, 5), (), 0, [[], [], []])

    loader = graph.Loader({}, lambda _key: None, restricted=True)
    shown = draft([Asks(rebuild.public, "operator", "add"), Asks(rebuild.module, "json")])
    assert {"operator:add", "json:"} <= graph.foreign_names(shown)
    assert graph.what_it_runs(shown) == ["json", "operator.add"]
    assert graph.decode(shown, loader)["odd"][0](1, 2) == 3
    for call in (b"public\n(\x8c\x05posix\x8c\x06getcwdtR.", b"module\n(\x8c\x04jsontR."):
        evil = graph.Draft(("odd",), graph.PICKLE, b"\x80\x05cnbmodelver.codecs.rebuild\n" + call, (), 0, [[], [], []])
        with pytest.raises(NeedsTrust, match="mislead"):
            graph.decode(evil, loader)


def test_p9_a_store_that_others_can_write_is_not_trusted(tmp_path: Path) -> None:
    repo = study(tmp_path)
    assert repo.trusts(repo["v1"])
    (tmp_path / ".nbmodelver" / "packs").chmod(0o777)
    repo = mv.open(tmp_path)
    assert not repo.trusts(repo["v1"])
    with pytest.raises(NeedsTrust):
        repo.load("v1", ["odd"])
    assert repo.load("v1", ["data"])
    for origin in repo.origins(repo["v1"]):
        repo.trust.add(origin)
    assert repo.load("v1", ["odd"])


def test_p3_a_list_of_trust_that_others_can_write_trusts_nothing(tmp_path: Path) -> None:
    trust = Trust(tmp_path)
    trust.add("bundle:abc")
    assert trust.has("bundle:abc")
    trust.file.chmod(0o666)
    assert not trust.has("bundle:abc")
    trust.file.chmod(0o600)
    trust.file.write_text("{ not json")
    assert not trust.has("bundle:abc")
