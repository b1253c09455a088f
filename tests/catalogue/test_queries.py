import dataclasses
import random

import pytest

from nbmodelver.catalogue.conditions import Condition
from nbmodelver.catalogue.documents import newest_first
from nbmodelver.catalogue.queries import Query
from nbmodelver.errors import UsageError
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, version


@pytest.fixture(scope="module")
def versions():
    return history(MemoryBackend())


def numbers(found):
    return [v.number for v in found]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("metrics.acc > 0.3", [5, 4]),
        ("0.1 < metrics.acc <= 0.3", [3, 2]),
        ("metrics['acc'] == 0.5", [5]),
        ("metrics.acc > 0.3 and params.max_depth < 5", [4]),
        ("metrics.acc < 0.2 or number == 5", [5, 1]),
        ("not metrics.acc > 0.3", [3, 2, 1]),
        ("params.clf.C >= 4", [5, 4]),
        ("kind == 'model'", [5, 3, 1]),
        ("kind != 'model'", [4, 2]),
        ("'clf' in names", [5, 3, 1]),
        ("'clf' not in names and number > 2", [4]),
        ("name == 'df'", [5, 4, 3, 2, 1]),
        ("names in ['clf', 'other']", [5, 3, 1]),
        ("branch == 'main'", [5, 4, 3, 2, 1]),
        ("branch in ('dev', 'x')", []),
        ("'age 3' in message", [3]),
        ("tag == 'best'", [4]),
        ("params.max_depth == -1", []),
        ("params.missing == None", [5, 4, 3, 2, 1]),
        ("not params.missing != None", [5, 4, 3, 2, 1]),
        ("metrics.acc", [5, 4, 3, 2, 1]),
        ("message > 3", []),
        ("saved_at >= '2026-11-04'", [5, 4]),
        ("", [5, 4, 3, 2, 1]),
        ("True", [5, 4, 3, 2, 1]),
    ],
)
def test_a_condition_selects_the_matching_versions(versions, where, expected):
    assert numbers(Query(where=where).run(versions, {versions[3].id: ["best"]})) == expected


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("metrics.acc >> 0.9", "character 1"),
        ("metrics.acc > ", "cannot read the condition"),
        ("metric.acc > 1 and brnch == 'x'", "character 20"),
        ("__import__('os').system('x')", "only fields"),
        ("names.__class__", "cannot be used"),
        ("metrics > 1", "cannot be used"),
        ("(lambda: 1)()", "only fields"),
        ("[x for x in names]", "only fields"),
        ("metrics.acc > f'{1}'", "only fields"),
        ("metrics[names] > 1", "only fields"),
        ("-'a' == 1", "only fields"),
        ("b'x' == 1", "only fields"),
        ("(" * 300 + ")" * 300, ""),
        ("1" * 5000, "longer than 2000"),
        ("a\0b", ""),
    ],
)
def test_an_invalid_condition_is_a_usage_error_with_the_position(where, said):
    with pytest.raises(UsageError) as caught:
        Condition(where)
    assert said in caught.value.message


def test_an_unknown_field_is_answered_by_the_closest_one(versions):
    with pytest.raises(UsageError) as caught:
        Condition("brnch == 'main'")
    assert caught.value.hint == "did you mean branch?"
    with pytest.raises(UsageError) as caught:
        Query(where="params.max_deph > 3").run(versions)
    assert caught.value.hint == "did you mean params.max_depth?"


@pytest.mark.parametrize(
    ("where", "said", "hint"),
    [
        ("metrics.f1 > 0.5", "no version has metrics.f1", "use one of these metrics: acc"),
        ("metrics.ac > 0.5", "no version has metrics.ac", "did you mean metrics.acc?"),
        ("metrics.ACC > 0.5", "no version has metrics.ACC", "did you mean metrics.acc?"),
        ("metrics.max_depth > 3", "no version has metrics.max_depth", "did you mean params.max_depth?"),
        ("params.acc > 0.5", "no version has params.acc", "did you mean metrics.acc?"),
        ("params.nosuch", "no version has params.nosuch", "use one of these params: "),
        ("number == 5 or metrics.val/los < 1", "no version has metrics.val/los", "use one of these metrics: acc"),
    ],
)
def test_an_unknown_metric_or_parameter_is_answered_by_the_closest_one(versions, where, said, hint):
    with pytest.raises(UsageError) as caught:
        Query(where=where).run(versions)
    assert caught.value.message == said
    assert hint in caught.value.hint


def test_a_store_without_versions_has_no_unknown_metrics():
    assert Query(where="metrics.acc > 0.5").run([]) == []


@pytest.mark.parametrize(
    "where",
    [
        "metrics.val/loss < 0.5", "metrics.f1-score>.6 and metrics.recall@10 <= 0.3", "metric.top-5 > -1",
        "metrics['val/loss'] < metrics.f1-score", "params.clf.max-depth == 3", "metrics.größe == 3",
        "not metrics.val/loss > 1 and 'val/loss' in message", "message == 'metrics.val/loss'",
    ],
)  # fmt: skip
def test_names_with_signs_can_be_used_in_conditions(where):
    metrics = {"val/loss": 0.4, "f1-score": 0.7, "recall@10": 0.3, "top-5": 0.9, "größe": 3}
    odd = version(1, metrics=metrics, params={"clf.max-depth": 3}, message="metrics.val/loss")
    assert Query(where=where).run([odd]) == [odd]


def test_an_error_behind_a_name_with_signs_has_the_right_position():
    with pytest.raises(UsageError, match=r"at character 22, near .brnch"):
        Condition("metrics.größe/ä>1 or brnch == 'x'")


def test_names_with_dots_and_spaces_can_be_used_in_conditions():
    odd = version(1, params={"clf.C": 2, "learning rate": 0.1})
    assert Query(where="params.clf.C == 2 and params['learning rate'] < 1").run([odd])


def test_a_parameter_is_found_without_the_name_of_its_model():
    """A regression: `params.depth > 3` matched no version if the dict itself was named `params`."""
    held = version(9, params={"params.depth": 7, "model.max_depth": 3, "a.seed": 1, "b.seed": 2})
    assert Query(where="params.depth > 3 and params.max_depth == 3").run([held])
    with pytest.raises(UsageError, match="seed"):
        Query(where="params.seed == 1").run([held])
    assert Query(where="params.a.seed == 1").run([held])


def test_text_is_searched_without_case(versions):
    assert numbers(Query(text="MESSAGE 3").run(versions)) == [3]
    assert numbers(Query(text="svc").run(versions)) == [5, 3, 1]
    assert Query(text="nothing").run(versions) == []


def test_all_criteria_of_a_query_must_hold(versions):
    tags = {versions[0].id: ["old"], versions[4].id: ["old"]}
    assert numbers(Query(tag="old").run(versions, tags)) == [5, 1]
    assert numbers(Query(tag="old", where="number < 3").run(versions, tags)) == [1]
    assert Query(branch="dev").run(versions) == []
    assert numbers(Query(limit=2).run(versions)) == [5, 4]
    assert Query(limit=0).run(versions) == []
    with pytest.raises(UsageError):
        Query(limit=-1)


def test_d13_the_order_is_by_parents_and_never_by_the_clock(versions):
    wrong_clock = [dataclasses.replace(v, saved_at_utc=f"{2100 - v.number}-01-01T00:00:00Z") for v in versions]
    random.Random(1).shuffle(wrong_clock)
    assert numbers(newest_first(wrong_clock)) == [5, 4, 3, 2, 1]


def test_a_child_comes_before_its_parent_whatever_their_numbers():
    imported = version(2, ("f" * 40, "9" * 40))
    parent = version(9, id="9" * 40)
    assert numbers(newest_first([parent, imported, version(4)])) == [4, 2, 9]
