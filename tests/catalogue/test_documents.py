"""The fields of a version for queries, and the order of versions."""

import dataclasses
import random

import pytest

from nbmodelver.catalogue.documents import ALIASES, FIELDS, document, newest_first
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, numbers, version


@pytest.fixture(scope="module")
def versions():
    return history(MemoryBackend())


def test_d13_the_order_is_by_parents_and_never_by_the_clock(versions):
    wrong_clock = [dataclasses.replace(v, saved_at_utc=f"{2100 - v.number}-01-01T00:00:00Z") for v in versions]
    random.Random(1).shuffle(wrong_clock)
    assert numbers(newest_first(wrong_clock)) == [5, 4, 3, 2, 1]


def test_a_child_comes_before_its_parent_whatever_their_numbers():
    imported = version(2, ("f" * 40, "9" * 40))
    parent = version(9, id="9" * 40)
    assert numbers(newest_first([parent, imported, version(4)])) == [4, 2, 9]


def test_a_document_has_every_field_that_queries_may_use(versions):
    found = document(versions[0], ["best"])
    assert found.keys() == FIELDS.keys()
    assert set(ALIASES.values()) <= FIELDS.keys()
    assert (found["names"], found["kinds"], found["tags"]) == (["df", "clf"], ["dataset", "model"], ["best"])
    assert found["types"] == ["pandas.DataFrame", "sklearn.svm.SVC"]
    assert found["metrics"] == {"acc": 0.1}


def test_versions_whose_parents_are_not_listed_are_ordered_by_number():
    assert numbers(newest_first([version(2, ("a" * 40,)), version(7, ("b" * 40,))])) == [7, 2]
    assert newest_first([]) == []


def test_a_merge_comes_before_both_parents():
    left, right = version(8), version(3)
    merged = version(1, (left.id, right.id))
    assert numbers(newest_first([left, right, merged])) == [1, 8, 3]
