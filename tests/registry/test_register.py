"""Versions are registered under the name of a model, with numbers that are proposed from what changed."""

from __future__ import annotations

import re

import pytest

from nbmodelver.errors import ArchivedVersion, BadName, RefMoved, UnknownName, UsageError
from nbmodelver.registry import lifecycle, reading, register
from nbmodelver.registry.register import RegisterRequest
from nbmodelver.repo import Repo
from tests.registry.samples import adopted, registered, study, three, tree


def test_the_first_version_is_1_0_0():
    done = register.register(study(), RegisterRequest("churn", "v1", why="start"))
    assert (done.registered.address, done.registered.variable, done.before) == ("churn/1.0.0", "clf", None)
    assert done.version.name == "v1"


def test_numbers_say_how_much_changed():
    versions = reading.versions(three(), "churn")[::-1]
    assert [v.number for v in versions] == ["1.0.0", "1.1.0", "2.0.0"]
    assert versions[1].reason == "parameters changed (max_depth), same 3 inputs, 2 outputs"
    assert versions[2].reason == "3 inputs became 2"


def test_the_same_model_is_a_patch_and_another_training_a_minor_version():
    repo = study()
    model = tree(3, 2, seed=7)
    for rows in (1, 2):
        repo.commit({"clf": model, "rows": rows})
    repo.commit({"clf": tree(3, 2, seed=7), "rows": 2}, "again")
    other = tree(3, 2, seed=8)
    other.random_state = 7
    repo.commit({"clf": other, "rows": 2}, "trained on other data")
    found = [registered(repo, revision) for revision in ("v4", "v5", "v7")]
    assert [(v.number, v.change) for v in found[1:]] == [("1.0.1", "patch"), ("1.1.0", "minor")]
    assert found[2].reason.startswith("retrained")


def test_a_number_is_never_given_twice():
    repo = three()
    with pytest.raises(BadName, match="is taken"):
        registered(repo, "v1", model="churn", variable="rows", number="1.1.0")
    assert registered(repo, "v1", variable="rows", number="3.0.0-rc.1").number == "3.0.0-rc.1"


@pytest.mark.parametrize("name", ["Churn", "../x", "модель", "a b", "", "-x", "churn/1"])
def test_an_invalid_name_is_refused_with_a_way_out(name: str):
    with pytest.raises(BadName) as caught:
        registered(study(), model=name)
    assert caught.value.hint


def test_a_name_that_looks_like_a_registered_one_is_refused():
    repo = adopted(study(), 'names = { model = ".+" }')
    registered(repo, "v1", model="churn")
    with pytest.raises(BadName, match="only in case"):
        registered(repo, "v2", model="CHURN")


def test_a_version_with_several_models_needs_the_name_of_one():
    repo = study()
    repo.commit({"a": tree(1), "b": tree(2)})
    with pytest.raises(UsageError, match="2 models") as caught:
        registered(repo, "v4")
    assert "--model a" in caught.value.hint
    with pytest.raises(UnknownName):
        registered(repo, "v4", variable="c")
    assert registered(repo, "v4", variable="b").variable == "b"


def test_a_version_is_registered_once():
    with pytest.raises(UsageError, match=r"is registered already: churn/1\.0\.0"):
        registered(three(), "v1")


def test_an_archived_version_is_not_registered():
    repo = study()
    lifecycle.archive(repo, "v1", "licence")
    with pytest.raises(ArchivedVersion, match="licence"):
        registered(repo, "v1")


def test_of_two_registrations_at_once_one_wins(monkeypatch: pytest.MonkeyPatch):
    repo = study()
    other = Repo(repo.backend)
    real = register.interface_of

    def slow(store: Repo, version: object, variable: str) -> object:
        if store is repo:
            registered(other, "v2")
        return real(store, version, variable)  # type: ignore[arg-type]

    monkeypatch.setattr(register, "interface_of", slow)
    with pytest.raises(RefMoved, match="by"):
        registered(repo, "v1")
    monkeypatch.undo()
    assert [(v.number, v.version) for v in reading.versions(repo, "churn")] == [("1.0.0", repo["v2"].id)]
    assert registered(repo, "v1").number == "1.1.0"


@pytest.mark.parametrize(("convention", "pattern"), [("date", r"\d{4}\.\d\d\.\d\d"), ("hash", r"[0-9a-f]{12}")])
def test_a_policy_can_require_dates_or_hashes_as_numbers(convention: str, pattern: str):
    repo = adopted(study(), f'names = {{ version = "{convention}" }}')
    first, second = registered(repo, "v1"), registered(repo, "v2")
    assert re.fullmatch(pattern, first.number)
    assert second.number != first.number
    with pytest.raises(BadName):
        registered(repo, "v3", number="1.0.0")


def test_a_policy_can_allow_any_number():
    repo = adopted(study(), 'names = { version = "any" }')
    assert registered(repo, "v1", number="autumn").address == "churn/autumn"


def test_descriptions_owners_and_metadata_can_be_changed_and_keep_their_history():
    repo = three()
    register.describe(repo, "churn", description="who may leave", owners=["Ada"])
    register.describe(repo, "churn/1.0.0", metadata={"licence.rows": "CC-BY-4.0"})
    model = register.describe(repo, "churn", description="who leaves")
    assert (model.description, model.owners) == ("who leaves", ("Ada",))
    assert register.metadata_of(repo, reading.resolve(repo, "churn/1.0.0")) == {"licence.rows": "CC-BY-4.0"}
    assert register.metadata_of(repo, reading.resolve(repo, "churn/1.1.0")) == {}
    texts = [e.private.get("description") for e in repo.moves.log.about("models/churn") if e.kind == "describe"]
    assert texts == ["who may leave", None, "who leaves"]
    with pytest.raises(UsageError, match="nothing to change"):
        register.describe(repo, "churn")
    with pytest.raises(UsageError, match="limit"):
        register.describe(repo, "churn", description="x" * 30_000)
