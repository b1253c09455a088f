"""Plans and comparisons, and their JSON forms."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nbmodelver.model import Change, Chart, Diff, Plan, Row, Section, Series, Skipped, Version, VersionId
from nbmodelver.model.results import section_from_dict, section_to_dict

V1, V2 = (Version(VersionId(c * 40), n, message=c) for n, c in ((1, "a"), (2, "b")))
CHART = Chart("line", "loss", (Series("v1", (0.5, None), (1.0, 2.0)),), ("x",), "step", "loss", "lower")
SECTION = Section(
    "metrics", "Metrics", ("name", "before"), (Row(("acc", 0.5)), Row(("n", None), "same")), ("+x",), "a note",
    (CHART,), {"acc": "higher"}, True,
)  # fmt: skip


def test_names_are_found_by_their_effect() -> None:
    plan = Plan(V1, (Change("a", "changes"), Change("b", "lost"), Change("c", "changes")))
    assert plan.named("changes") == ("a", "c")
    assert plan.named("vanishes") == ()


def test_the_json_form_of_a_plan_names_what_no_version_keeps() -> None:
    plan = Plan(
        V1,
        (Change("a", "lost", "model", "Net", 3, "no torch"),),
        7,
        ("e",),
        ("n",),
        True,
        unsaved=(Skipped("g", "g", "a stream"),),
    )
    data = json.loads(json.dumps(plan.to_dict()))
    assert data["version"] == {"id": V1.id, "name": "v1", "message": "a"}
    assert data["changes"][0]["reason"] == "no torch"
    assert (data["load_bytes"], data["saves_first"], data["unsaved"]) == (7, True, ["g"])


@pytest.mark.parametrize(
    ("section", "differs"),
    [
        (Section("a", "A"), False), (Section("a", "A", rows=(Row(("x",), "same"),)), False),
        (Section("a", "A", rows=(Row(("x",), "added"),)), True), (Section("a", "A", lines=("+x",)), True),
        (Section("a", "A", note="text"), False),
    ],
)  # fmt: skip
def test_a_section_differs_by_its_rows_or_lines(section: Section, differs: bool) -> None:
    assert section.differs is differs


def test_a_section_survives_its_json_form() -> None:
    assert section_from_dict(json.loads(json.dumps(section_to_dict(SECTION)))) == SECTION
    assert section_from_dict(section_to_dict(Section("a", "A"))) == Section("a", "A")


@pytest.mark.parametrize("key", ["id", "rows", "charts", "folded"])
def test_a_section_without_a_field_is_refused(key: str) -> None:
    data = section_to_dict(SECTION)
    del data[key]
    with pytest.raises(KeyError):
        section_from_dict(data)
    with pytest.raises(TypeError):
        section_from_dict({**section_to_dict(SECTION), "rows": 7})


def test_the_json_form_of_a_comparison_has_both_versions() -> None:
    data = json.loads(json.dumps(Diff(V1, V2, (SECTION, replace(SECTION, id="x"))).to_dict()))
    assert (data["before"]["name"], data["after"]["name"]) == ("v1", "v2")
    assert [s["id"] for s in data["sections"]] == ["metrics", "x"]
    assert data["sections"][0]["charts"][0]["series"] == [{"label": "v1", "x": [1.0, 2.0], "y": [0.5, None]}]
