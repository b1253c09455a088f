"""The sections about label maps."""

from __future__ import annotations

import pytest
from sklearn.preprocessing import LabelEncoder

import nbmodelver as mv
from nbmodelver.comparison import Side, sections_of
from nbmodelver.comparison.models.label_maps import label_diff
from nbmodelver.comparison.models.labels import MAX_ROWS, labels, summary
from tests.kinds.samples import profiled

TEN = {f"digit {i}": i for i in range(10)}
WARNING = " · earlier codes mean other labels now"


def side(value, kind="hyperparameters"):
    return Side(kind, lambda: profiled(value), lambda: value, "v1")


def said(after, before=TEN):
    return summary(label_diff(before, after))


def test_a_shift_by_one_is_said_in_one_sentence():
    assert said({k: v + 1 for k, v in TEN.items()}) == f"10 labels in common: codes shifted by +1 for 10 of 10{WARNING}"


def test_the_label_that_caused_the_shift_is_named():
    after = {"digit 0": 0, "none": 1} | {k: v + 1 for k, v in TEN.items() if v}
    assert said(after) == (
        "10 labels in common: codes shifted by +1 for 9 of 10, from code 1 on, where none was inserted · "
        f"1 added (none){WARNING}"
    )
    assert said(TEN, after).startswith(
        "10 labels in common: codes shifted by -1 for 9 of 10, from code 1 on, where none was removed"
    )


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ([1, 0, 2, 3], "the codes of 2 labels are swapped (a, b)"),
        ([1, 0, 3, 2], "the codes of 4 labels are swapped in pairs"),
        ([3, 2, 1, 0], "the order is reversed"),
        ([1, 2, 0, 3], "codes shifted by +1 for 2 of 4, 1 moved otherwise"),
        ([2, 0, 3, 1], "4 have another code"),
    ],
)
def test_permutations_have_a_name_if_there_is_one(codes, words):
    before = dict(zip("abcd", range(4), strict=True))
    assert said(dict(zip("abcd", codes, strict=True)), before) == f"4 labels in common: {words}{WARNING}"


def test_another_name_for_a_code_is_told_without_a_warning():
    after = dict(TEN)
    del after["digit 3"]
    assert said({**after, "three": 3}) == (
        "9 labels in common: the same codes · 1 code with another label (digit 3 → three) · 1 added (three) · "
        "1 removed (digit 3)"
    )


def test_rows_are_the_labels_with_another_code():
    (section,) = labels("classes", side(["a", "b", "c", "d"]), side(["a", "c", "b", "e"]))
    assert (section.id, section.title) == ("labels.classes", "classes · labels")
    assert [(*r.cells, r.status) for r in section.rows] == [
        ("b", 1, 2, 1, "swapped with c", "changed"),
        ("c", 2, 1, -1, "swapped with b", "changed"),
        ("e", None, 3, None, None, "added"),
        ("d", 3, None, None, None, "removed"),
    ]


def test_a_large_vocabulary_has_few_rows():
    before = {f"w{i}": i for i in range(5000)}
    (section,) = labels("vocabulary", side(before, "dataset"), side({k: v + 1 for k, v in before.items()}, "dataset"))
    assert len(section.rows) == MAX_ROWS
    assert section.note.endswith("4,990 more are not listed")


def test_the_profile_of_a_label_map_is_a_detail():
    old, new = LabelEncoder().fit(["a", "c"]), LabelEncoder().fit(["a", "b", "c"])
    found = {s.id: s.folded for s in sections_of("encoder", side(old, "model"), side(new, "model"))}
    assert found == {"labels.encoder": False, "profile.encoder": True}


def test_settings_and_equal_maps_have_no_section():
    assert labels("config", side({"a": 1, "b": 20, "c": 3}), side({"a": 1, "b": 21, "c": 3})) == []
    assert labels("classes", side(TEN), side(dict(TEN))) == []


def test_a_shifted_map_in_a_configuration_is_named_and_its_settings_are_compared(tmp_path):
    repo = mv.open(tmp_path, create=True)
    repo.commit({"config": {"lr": 0.1, "label2id": dict(TEN)}})
    repo.commit({"config": {"lr": 0.2, "label2id": {k: v + 1 for k, v in TEN.items()}}})
    found = {s.id: s for s in repo.diff("v1", "v2").sections}
    assert found["labels.config"].title == "config.label2id · labels"
    assert found["labels.config"].note.startswith("10 labels in common: codes shifted by +1 for 10 of 10")
    assert [r.cells[0] for r in found["params"].rows if r.status != "same"] == ["config.lr"]


def test_settings_that_happen_to_be_consecutive_are_compared_as_settings(tmp_path):
    repo = mv.open(tmp_path, create=True)
    repo.commit({"params": {"max_depth": 2, "n_estimators": 3, "min_samples": 4}})
    repo.commit({"params": {"max_depth": 3, "n_estimators": 4, "min_samples": 5}})
    found = {s.id: s for s in repo.diff("v1", "v2").sections}
    assert "labels.params" not in found
    assert len([r for r in found["params"].rows if r.status != "same"]) == 3


def test_a_label_map_is_not_listed_again_among_the_hyperparameters(tmp_path):
    repo = mv.open(tmp_path, create=True)
    repo.commit({"codes": TEN, "lr": 0.1})
    repo.commit({"codes": {k: v + 1 for k, v in TEN.items()}, "lr": 0.2})
    found = {s.id: s for s in repo.diff("v1", "v2").sections}
    assert [r.cells[0] for r in found["params"].rows if r.status != "same"] == ["lr"]
    assert found["labels.codes"].note.startswith("10 labels in common: codes shifted by +1")
