"""What a script gives to a commit: taken in every usual form, or refused before anything is written."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.catalogue.records import Records
from nbmodelver.errors import NbmodelverError, NoStore, StoreError, UnknownName, UsageError
from nbmodelver.model import Version, VersionId
from nbmodelver.repo import Retention
from nbmodelver.repo.maintain import upkeep
from nbmodelver.store.backends.memory import MemoryBackend

if TYPE_CHECKING:
    from nbmodelver.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return mv.open(tmp_path / "store", create=True)


def deep(levels: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(levels):
        made = [made]
    return made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"metrics": {"acc": "high"}}, "the metric 'acc' is a str"),
        ({"metrics": {"acc": None}}, "the metric 'acc' is a NoneType"),
        ({"metrics": {"acc": np.ones(3)}}, "the metric 'acc' is a ndarray"),
        ({"metrics": {"acc": 10**400}}, "the metric 'acc' is a int"),
        ({"metrics": {"acc": 1j}}, "the metric 'acc' is a complex"),
        ({"metrics": {3: 0.5}}, "3 cannot be a name"),
        ({"metrics": 0.5}, "metrics are a dict, not a float"),
        ({"params": {"net": object()}}, "'net' is or contains a object"),
        ({"params": {"net": [{"a": {1, 2}}]}}, "'net' is or contains a set"),
        ({"params": {"net": deep(100)}}, "nested too deep"),
        ({"params": {"n": [10**5000]}}, "'n' has 16,610 bits"),
        ({"params": {"": 1}}, "cannot be a name"),
        ({"params": [1]}, "params are a dict"),
        ({"tags": [5]}, "tags are texts"),
        ({"tags": 5}, "tags are texts, not int"),
        ({"tags": "a b"}, "cannot be a name"),
        ({"message": 5}, "the message is a int"),
        ({"message": None}, "the message is a NoneType"),
        ({"note": b"x"}, "the note is a bytes"),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    repo: Repo, given: dict[str, Any], said: str, later: bool
) -> None:
    """A metric that was a text made a record that nobody could read: the whole history was "damaged"."""
    with pytest.raises(NbmodelverError, match=said):
        (repo.commit_later if later else repo.commit)({"x": 1}, **given)
    assert repo.log() == []
    assert repo.verify(full=True) == []
    assert repo.commit({"x": 1}).number == 1


@pytest.mark.parametrize("values", [[1, 2], "df", None, 5, {1: 2}, {"": 2}, {("a",): 1}])
def test_values_have_names(repo: Repo, values: Any) -> None:
    with pytest.raises(UsageError, match=r"are a dict|cannot be the name"):
        repo.commit(values)


def test_numbers_of_every_library_are_metrics_and_parameters(repo: Repo) -> None:
    metrics = {
        "float32": np.float32(0.5), "int": np.int64(3), "array": np.array(0.25), "tensor": torch.tensor(2.0),
        "learns": torch.ones(1, requires_grad=True).sum(), "half": Fraction(1, 2), "tenth": Decimal("0.1"), "yes": True,
        "val/acc": 0.75, "inf": -math.inf,
    }  # fmt: skip
    params = {
        "layers": (3, np.int8(4)),
        "opt": {"lr": np.float64(0.1), 1: None},
        "on": np.bool_(True),
        "s": np.str_("a"),
    }
    made = repo.commit({"x": 1}, metrics=metrics, params=params, tags="best")
    repo.commit({"x": 2}, tags=["one", "two"])
    read = mv.open(repo.where)["best"]
    wanted = {
        "float32": 0.5, "int": 3, "array": 0.25, "tensor": 2, "learns": 1, "half": 0.5, "tenth": 0.1, "yes": 1,
        "val/acc": 0.75, "inf": -math.inf,
    }  # fmt: skip
    assert dict(read.metrics) == pytest.approx(wanted)
    assert read == made
    own = {"layers": [3, 4], "opt": {"lr": 0.1, "1": None}, "on": 1, "s": "a"}
    assert {n: read.params[n] for n in own} == own
    assert repo["one"] == repo["two"] == repo["v2"]


def test_one_name_need_not_be_in_a_list(repo: Repo) -> None:
    repo.commit({"df": 1, "d": 2, "f": 3}, tags="best")
    second = repo.commit({"df": 4, "d": 2, "f": 3})
    assert repo.load("best", "df") == {"df": 1}
    assert repo.load("best", (n for n in ("df", "d"))) == {"df": 1, "d": 2}  # type: ignore[arg-type]
    assert [c.name for c in repo.plan("v1", {"df": 4, "d": 2, "f": 3}, names="df").changes] == ["df"]
    assert repo.diff("v1", second, "df").to_dict() == repo.diff("v1", "v2", ["df"]).to_dict()
    with pytest.raises(UnknownName, match="'nope'"):
        repo.load("best", "nope")
    d = [1]
    tied = repo.commit({"df": [d], "d": d})
    assert repo.load(tied, "df") == {"df": [[1]]}  # "d" comes along, and is a letter of "df"
    repo.history.set_head(second.id)
    assert repo.purge("df").names == ("df",)
    assert repo["v2"].names == ("d", "f")
    assert [v.name for v in repo.forget("v1", force=True).versions] == ["v1"]
    assert [v.name for v in repo.take_back("v1")] == ["v1"]


def test_a_version_names_itself_and_other_things_none(repo: Repo) -> None:
    made = repo.commit({"x": 1})
    assert repo[made] is made
    for odd in (3, None, ["v1"]):
        with pytest.raises(UsageError, match="a revision is a text"):
            repo[odd]  # type: ignore[index]


def test_a_version_is_one_line(repo: Repo) -> None:
    made = repo.commit(dict.fromkeys("abcdef", 1) | {"g h\x1b": 1}, "better\n", metrics={"acc": 0.912345, "a b": 2})
    assert repr(made) == "<v1 'better\\n' · a, b, c, d +3 · acc 0.9123, 'a b' 2>"
    assert repr(repo.commit({"x\x1b": 1})) == "<v2 · 'x\\x1b'>"


def test_a_record_that_could_not_be_read_is_not_written() -> None:
    backend = MemoryBackend()
    with pytest.raises(StoreError, match="v1 cannot be stored: a metric is invalid"):
        Records(backend).write(Version(VersionId(""), 1, metrics={"acc": "high"}))  # type: ignore[dict-item]
    assert list(backend.list("")) == []


def test_a_script_is_told_how_to_make_a_store(tmp_path: Path) -> None:
    with pytest.raises(NoStore, match=r"nbmodelver\.open\(PATH, create=True\)"):
        mv.open(tmp_path / "nowhere")


@pytest.mark.parametrize("grace_s", [-1, -3600.0, math.nan, "now", None, True])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_gc_with_a_senseless_grace_removes_nothing(repo: Repo, grace_s: Any, dry_run: bool) -> None:
    """Below zero, every version was longer forgotten than that: a gc removed all records of a store."""
    repo.commit({"x": 1})
    repo.commit({"x": 2})
    with pytest.raises(UsageError, match="grace_s cannot be"):
        repo.gc(grace_s=grace_s, dry_run=dry_run)
    assert [v.name for v in mv.open(repo.where).log()] == ["v2", "v1"]


def test_only_what_was_forgotten_is_buried(repo: Repo) -> None:
    repo.commit({"x": 1})
    repo.commit({"x": 2})
    repo.forget("v1")
    upkeep.delete_forgotten_records(repo, -1e9)
    assert [v.name for v in mv.open(repo.where).log()] == ["v2"]
    assert repo.history.records.present() == {repo["v2"].id}


@pytest.mark.parametrize(
    "rule",
    [{"last": -1}, {"daily": -2}, {"last": 1.5}, {"last": True}, {"within_bytes": -5}, {"best": {"acc": -1}},
     {"best": "acc"}, {"best": {"acc": "3"}}],
)  # fmt: skip
def test_a_retention_counts_in_whole_numbers(rule: dict[str, Any]) -> None:
    """The newest minus one were all but the oldest."""
    with pytest.raises(UsageError, match=r"cannot be|best is a str"):
        Retention(**rule)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda repo: repo.forget(keep=5), "keep is a int"),
        (lambda repo: repo.verify(sample=200), "sample cannot be 200"),
        (lambda repo: repo.verify(sample="x"), "sample cannot be a str"),
        (lambda repo: repo.log(where=5), "where is a int"),
        (lambda repo: repo.load("v1", 5), "names are texts, not int"),
        (lambda repo: repo.diff("v1", "v1", np.arange(2)), "names are texts, not int64"),
        (lambda repo: repo.log(text=["a"]), "text is a list"),
        (lambda repo: repo.log(limit=1.5), "a limit of 1.5"),
        (lambda repo: repo.tag(5), "a int cannot be a name"),
        (lambda repo: repo.branch(None), "a NoneType cannot be a name"),
    ],
)
def test_questions_of_the_wrong_kind_are_refused(repo: Repo, call: Any, said: str) -> None:
    repo.commit({"x": 1})
    with pytest.raises(NbmodelverError, match=said):
        call(repo)
    assert len(mv.open(repo.where).log()) == 1


def test_versions_and_files_may_be_named(repo: Repo, tmp_path: Path) -> None:
    made = repo.commit({"x": 1})
    assert repo.environment("v1") == repo.environment(made)
    assert (repo.cells("v1"), repo.notebook("v1")) == ([], None)
    path = str(tmp_path / "one.nbmv.zip")
    assert bundle.write(repo, "v1", path) == Path(path)
    assert bundle.inspect(path).version.names == ("x",)
    other = mv.open(tmp_path / "other", create=True)
    assert other.load(bundle.bring_in(other, path).version) == {"x": 1}
