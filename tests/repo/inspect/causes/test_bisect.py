"""The first bad version: by halving, once per content, over what can be tested."""

from __future__ import annotations

import pytest

import nbmodelver as mv
from nbmodelver.actions.bisect import BisectRequest, bisect
from nbmodelver.errors import UsageError


@pytest.fixture
def repo(tmp_path):
    return mv.open(tmp_path, create=True)


def search(repo, condition, good="v1", bad="HEAD", **more):
    return bisect(repo, BisectRequest(good, bad, condition, **more))


def history(repo, values):
    for value in values:
        repo.commit({"data": [value] * 60, "other": value}, metrics={"acc": 1.0 - value / 100})


def test_the_first_bad_version_is_found_by_halving(repo):
    history(repo, range(40))
    found = search(repo, "max(data) < 23")
    assert (found.last_good.version.name, found.first_bad.version.name) == ("v23", "v24")
    assert (found.last_good.value, found.first_bad.value) == (22, 23)
    assert (found.versions, found.distinct) == (40, 40)
    assert len(found.tested) <= 8


def test_versions_with_equal_values_are_tested_once(repo):
    history(repo, [0] * 10 + [7] * 10)
    found = search(repo, "data[0] == 0")
    assert (found.last_good.version.name, found.first_bad.version.name) == ("v10", "v11")
    assert (found.distinct, len(found.tested)) == (2, 2)


def test_metrics_are_compared_without_loading_anything(repo, monkeypatch):
    history(repo, [0, 1, 50, 2, 60])
    monkeypatch.setattr(type(repo), "loaded", lambda *_a, **_k: pytest.fail("a value was loaded"))
    found = search(repo, "acc > 0.9")
    assert (found.last_good.version.name, found.first_bad.version.name) == ("v2", "v3")
    assert [(f.version.name, f.verdict) for f in found.flips] == [("v3", "bad"), ("v4", "good"), ("v5", "bad")]


def test_a_metric_comes_before_a_variable_of_its_name(repo):
    for value in (1.0, 0.9, 0.2):
        repo.commit({"acc": [0] * 60}, metrics={"acc": value})
    assert search(repo, "acc > 0.5").first_bad.version.name == "v3"


def test_a_condition_names_metrics_and_parameters_as_queries_do(repo):
    for value in (1.0, 0.9, 0.2):
        repo.commit({"data": [value]}, metrics={"acc": value}, params={"C": value * 10})
    assert search(repo, "metrics.acc > 0.5 and data").first_bad.version.name == "v3"
    found = search(repo, "params.C >= 10")
    assert (found.first_bad.version.name, found.first_bad.value) == ("v2", 9.0)
    with pytest.raises(UsageError, match=r"v1 has no 'metrics\.f1'"):
        search(repo, "metrics.f1 > 0.5")


def test_a_variable_called_metrics_is_no_record(repo):
    for value in (1.0, 0.2):
        repo.commit({"metrics": {"acc": value}}, metrics={"get": 1.0})
    assert search(repo, "metrics.get('acc') > 0.5").first_bad.version.name == "v2"


def test_a_long_parameter_is_loaded_whole(repo):
    for count in (30, 20):
        repo.commit({"features": [f"column {i}" for i in range(count)]})
    assert search(repo, "len(features) > 25").first_bad.version.name == "v2"


def test_a_cell_is_a_test(repo):
    history(repo, range(9))
    found = search(repo, "total = sum(data)\nassert total < 300", is_cell=True)
    assert found.first_bad.version.name == "v6"


def test_versions_that_cannot_be_tested_are_passed_by(repo):
    history(repo, [0, 1, 2])
    repo.commit({"other": 3})
    repo.commit({"other": 4})
    history(repo, [5, 6])
    found = search(repo, "data[0] < 3")
    assert (found.last_good.version.name, found.first_bad.version.name) == ("v3", "v6")
    assert [t.version.name for t in found.between] == ["v4", "v5"]
    assert found.between[0].why == "v4 has no 'data'"


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("data[0] > 100", "v1 is bad \\(0\\)"),
        ("data[0] < 100", "v3 is good \\(2\\)"),
        ("nothing > 1", "v1 cannot be tested: v1 has no 'nothing'"),
        ("data[0] <", "not valid Python"),
        ("data.missing > 1", "v1 cannot be tested: AttributeError"),
    ],
)
def test_a_search_that_cannot_begin_says_why(repo, condition, message):
    history(repo, range(3))
    with pytest.raises(UsageError, match=message):
        search(repo, condition)


def test_good_must_come_before_bad(repo):
    history(repo, range(3))
    with pytest.raises(UsageError, match="v3 is no ancestor of v1"):
        search(repo, "data[0] < 1", "v3", "v1")
    with pytest.raises(UsageError, match="cannot be good and bad"):
        search(repo, "data[0] < 1", "v1", "v1")


def test_names_inside_the_condition_are_its_own(repo):
    history(repo, range(5))
    assert search(repo, "all(x < 3 for x in data)").first_bad.version.name == "v4"
    assert search(repo, "len(list(filter(lambda v: v < 3, data))) == 60").first_bad.version.name == "v4"


def test_models_imports_and_functions_come_along(repo):
    import numpy as np
    from sklearn.linear_model import Ridge

    from nbmodelver.repo import CommitContext

    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 3))
    y = X @ [1.0, 2.0, 3.0]
    for step in range(6):
        noisy = y if step < 3 else rng.permutation(y)
        context = CommitContext(imports={"np": "numpy"})
        repo.commit({"model": Ridge().fit(X, noisy), "X": X, "y": y}, around=context)
    found = search(repo, "np.round(model.score(X, y), 3) > 0.9")
    assert found.first_bad.version.name == "v4"
    assert found.last_good.value == 1.0


def test_nothing_is_changed_by_a_test_that_writes(repo):
    history(repo, range(4))
    before = repo.load("v1")
    search(repo, "data.clear()\nassert other < 2", is_cell=True)
    assert repo.load("v1") == before
    assert repo.history.head is not None
    assert repo.history.head.name == "v4"


def test_nothing_of_an_untrusted_version_is_imported_or_run(repo, tmp_path, monkeypatch):
    from nbmodelver.repo import CommitContext

    for value in (0, 1):
        repo.commit(
            {"data": [value] * 60}, metrics={"acc": value}, around=CommitContext(imports={"evil": "antigravity"})
        )
    monkeypatch.setattr(type(repo), "trusts", lambda _repo, _version: False)

    def bind(wanted):
        return pytest.fail("a module was imported") if wanted else ({}, {})

    monkeypatch.setattr("nbmodelver.repo.core.imports.bind", bind)
    with pytest.raises(UsageError, match="v1 came from elsewhere, and testing it runs its code"):
        search(repo, "evil is None and data[0] < 1")
    assert search(repo, "acc < 1").first_bad.version.name == "v2"
