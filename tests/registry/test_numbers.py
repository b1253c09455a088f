"""Numbers of registered versions are ordered, valid and free."""

from __future__ import annotations

import pytest

from nbmodelver.errors import BadName
from nbmodelver.model import Version, VersionId
from nbmodelver.registry.numbers import Content, change_of, proposed, sort_key, valid
from tests.catalogue.samples import kept, version


def content(interface: dict[str, object] | None = None, digest: str = "a" * 40, **more: object) -> Content:
    from dataclasses import replace

    value = replace(kept("clf", "model", "sklearn.svm.SVC"), digest=digest)  # type: ignore[type-var]
    made: Version = version(1, kept={"clf": value}, **more)
    return Content(made, "clf", interface or {})  # type: ignore[arg-type]


def test_semantic_versions_are_ordered_by_their_numbers_and_pre_releases_come_first():
    numbers = ["1.10.0", "1.9.0", "1.9.0-rc.1", "2.0.0", "0.9.9"]
    assert sorted(numbers, key=sort_key) == ["0.9.9", "1.9.0-rc.1", "1.9.0", "1.10.0", "2.0.0"]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (content({"inputs": ["a"]}), content({"inputs": ["a", "b"]}), "major"),
        (content(params={"clf.C": 1}), content(params={"clf.C": 2}), "minor"),
        (content(), content(digest="b" * 40), "minor"),
        (content(), content(params={"other.C": 2}), "patch"),
    ],
)
def test_the_size_of_a_change_follows_from_what_changed(before: Content, after: Content, change: str):
    assert change_of(before, after)[0] == change


def test_an_unknown_interface_is_said():
    assert "inputs and outputs are not known" in change_of(content(), content(digest="b" * 40))[1]


def test_a_proposed_number_is_free():
    one = content()
    assert proposed("semver", one, None, []).number == "1.0.0"
    assert proposed("semver", one, one, ["1.0.0", "1.0.1"]).number == "1.0.2"
    assert proposed("hash", one, None, []).number == VersionId(one.version.id)[:12]
    date = proposed("date", one, None, []).number
    assert proposed("date", one, one, [date]).number == f"{date}.2"


@pytest.mark.parametrize(
    ("convention", "number"),
    [("semver", "1.0"), ("semver", "v1.0.0"), ("semver", "01.0.0"), ("date", "1.0.0"), ("hash", "xyz"), ("any", "a b")],
)
def test_a_number_of_another_form_is_refused(convention: str, number: str):
    with pytest.raises(BadName):
        valid(convention, number, [])


def test_a_number_that_is_taken_is_refused():
    with pytest.raises(BadName, match="is taken"):
        valid("any", "autumn", ["autumn"])
    assert valid("semver", "1.0.0-rc.1", ["1.0.0"]) == "1.0.0-rc.1"
