"""Conditions: what they select, and the answer to an invalid one."""

import pytest

from nbmodelver.catalogue.conditions import Condition, look_up, name_in
from nbmodelver.catalogue.queries import Query
from nbmodelver.errors import UsageError
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, numbers, version


@pytest.fixture(scope="module")
def versions():
    return history(MemoryBackend())


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


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metrics", "acc"), 0.5), (("params", "max_depth"), 3), (("params", "clf", "C"), 2), (("number",), 7),
        (("params", "a.b"), 9), (("metrics", "none"), None), (("number", "x"), None), (("nothing",), None),
    ],
)  # fmt: skip
def test_a_field_is_looked_up_by_its_path(path, value):
    document = {"number": 7, "metrics": {"acc": 0.5}, "params": {"model.max_depth": 3, "clf": {"C": 2}, "a.b": 9}}
    assert look_up(document, path) == value


def test_a_name_in_a_condition_needs_no_brackets_if_python_or_we_can_read_it():
    assert [name_in(f"metrics.{name}") for name in ("acc", "val/loss", "größe", "a b", "1st", "a-")] == [
        "acc", "val/loss", "größe", "", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')", "names[0].__class__", "(lambda: 1)()", "[x for x in names]", "f'{branch}'",
        "number + 1 > 2", "number := 3", "names if 1 else 2", "b'x' in message", "1j", "*names", "...",
    ],
)  # fmt: skip
def test_p1_no_code_is_run(text):
    with pytest.raises(UsageError):
        Condition(text)({"number": 1, "names": ["a"], "branch": "main", "message": ""})


@pytest.mark.parametrize("text", ["x" * 2001, "(" * 500 + "1" + ")" * 500, "\0"])
def test_a_condition_that_is_too_long_or_too_deep_is_refused(text):
    with pytest.raises(UsageError):
        Condition(text)


def test_the_fields_that_a_condition_needs_are_known():
    assert Condition("metrics.acc > params.clf.C and number == 3").fields == [
        ("metrics", "acc"), ("params", "clf", "C"), ("number",),
    ]  # fmt: skip
    assert Condition("metrics.acc == None").fields == []
