from datetime import datetime, timedelta, timezone

import pytest

from nbmodelver.catalogue.revisions import resolve
from nbmodelver.errors import UnknownVersion
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, version

NOW = datetime(2026, 11, 6, 10, 0, tzinfo=timezone(timedelta(hours=1)))


class View:
    """Five versions on main, HEAD at v5, a tag at v2, a branch at v3."""

    def __init__(self, versions, tags=None, branches=None):
        self._versions, self._tags, self._branches = versions, tags or {}, branches or {}
        self.head = versions[-1] if versions else None

    def version(self, version_id):
        return next(v for v in self._versions if v.id == version_id)

    def all(self):
        return self._versions

    def numbered(self, number):
        return [v for v in self._versions if v.number == number]

    def prefixed(self, hexes):
        return [v for v in self._versions if v.id.startswith(hexes)]

    def numbers(self):
        return [v.number for v in self._versions]

    def branches(self):
        return self._branches

    def tags(self):
        return self._tags

    def tracked(self):
        return {"origin/main": self._versions[-1]} if self._versions else {}

    def leading_to_head(self, versions):
        return [v for v in versions if v.number < 100]


@pytest.fixture(scope="module")
def view():
    versions = history(MemoryBackend())
    return View(versions, {"best": versions[1]}, {"main": versions[4], "dev": versions[2]})


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("v3", 3),
        ("V3", 3),
        ("HEAD", 5),
        ("head", 5),
        ("@", 5),
        ("HEAD~", 4),
        ("HEAD~1", 4),
        ("HEAD~2", 3),
        ("HEAD^^", 3),
        ("HEAD~1~1^", 2),
        ("@~1", 4),
        ("HEAD~0", 5),
        ("best", 2),
        ("best~1", 1),
        ("main~1", 4),
        ("dev", 3),
        ("heads/dev", 3),
        ("tags/best", 2),
        (" v3 ", 3),
        ("@{yesterday}", 5),
        ("@{2 days ago}", 3),
        ("@{a day ago}", 4),
        ("@{3 hours}", 5),
        ("@{1 week ago}~0", None),
        ("@{2026-11-03}", 3),
        ("@{2026-11-03 13:30}", 3),
        ("@{2026-11-03 12:30}", 2),
        ("@{2026-11-03T12:00:00Z}", 3),
        ("main@{2026-11-04}~1", 3),
        ("dev@{now}", 3),
        ("@{2}", 3),
    ],
)
def test_a_revision_names_one_version(view, expression, number):
    if number is None:
        with pytest.raises(UnknownVersion, match="v1"):
            resolve(expression, view, NOW)
    else:
        assert resolve(expression, view, NOW).number == number


def test_a_prefix_of_an_id_names_a_version(view):
    for wanted in view.all():
        assert resolve(wanted.id[:8], view) is wanted
        assert resolve(wanted.id.upper(), view) is wanted


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("bst", "did you mean best?"),
        ("v99", "there are v1 to v5; see %mv_log"),
        ("abc", "there are v1 to v5; see %mv_log"),
        ("zzzz", "there are v1 to v5; see %mv_log"),
        ("", "write v7"),
        ("~1", None),
        ("HEAD~5", "go back at most 4 from v5"),
        ("v1~1", "use v1, the first version"),
        ("@{someday}", "write @{yesterday}"),
        ("@{2020-01-01}", "the first version, v1"),
        ("v3 v4", ""),
        ("../x", ""),
        ("@{999999999999999999 years ago}", ""),
        ("v" + "9" * 5000, ""),
    ],
)
def test_an_unknown_revision_is_answered_by_the_closest_one(view, expression, hint):
    if hint is None:
        assert resolve(expression, view).number == 4
        return
    with pytest.raises(UnknownVersion) as caught:
        resolve(expression, view, NOW)
    assert hint in caught.value.hint


def test_an_ambiguous_prefix_lists_the_ids():
    twins = View([version(1, id="abcd" + "0" * 36), version(2, id="abcd" + "1" * 36)])
    with pytest.raises(UnknownVersion) as caught:
        resolve("abcd", twins)
    assert "abcd00000000 (v1), abcd11111111 (v2)" in caught.value.hint
    assert resolve("abcd1", twins).number == 2


def test_a_name_that_is_tag_and_branch_has_to_be_written_in_full():
    a, b = version(1), version(2)
    both = View([a, b], {"x": a}, {"x": b})
    with pytest.raises(UnknownVersion, match="tag and a branch"):
        resolve("x", both)
    assert resolve("tags/x", both) is a
    assert resolve("heads/x", both) is b


def test_a_revision_in_an_empty_store_is_an_error():
    with pytest.raises(UnknownVersion, match="no version yet"):
        resolve("HEAD", View([]))
    with pytest.raises(UnknownVersion, match="mv_commit"):
        resolve("v1", View([]))
