"""A data card as Croissant: the golden file, and the structure that the specification asks for."""

from __future__ import annotations

import json
from pathlib import Path

from nbmodelver.model.cards import CardColumn, DataCard
from nbmodelver.registry import croissant

GOLDEN = Path(__file__).parents[1] / "golden" / "documents" / "croissant.json"
CARD = DataCard(
    "people of v5", (), {}, name="people", digest="ab" * 20, saved_at_utc="2026-11-28T10:00:00Z",
    columns=(
        CardColumn("age", "float64"), CardColumn("Größe", "string"), CardColumn("seen", "datetime64[ns, UTC]"),
        CardColumn("n", "Int64"), CardColumn("ok", "boolean"), CardColumn("day", "date32[day]"),
        CardColumn("", "object"),
    ),
    stated={"purpose": "who <leaves>", "licence": "cc-by-4.0", "personal_data": "yes", "collection": "a survey"},
)  # fmt: skip


def test_the_document_is_as_the_golden_file():
    assert croissant.text(CARD) == GOLDEN.read_text(encoding="utf-8")


def test_the_document_has_the_structure_of_the_specification():
    found = json.loads(croissant.text(CARD))
    assert found["@type"] == "sc:Dataset"
    assert found["conformsTo"] == ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
    (records,) = found["recordSet"]
    ids = [f["@id"] for f in records["field"]]
    assert len(set(ids)) == len(ids)
    assert all(i.startswith(f"{records['@id']}/") for i in ids)
    types = {f["name"]: f["dataType"] for f in records["field"]}
    assert types == {
        "age": "sc:Float", "Größe": "sc:Text", "seen": "sc:DateTime", "n": "sc:Integer", "ok": "sc:Boolean",
        "day": "sc:Date", "6": "sc:Text",
    }  # fmt: skip
    prefixes = {key.partition(":")[0] for key in found if ":" in key}
    assert prefixes <= set(found["@context"])


def test_what_nobody_stated_is_left_out():
    found = croissant.croissant(DataCard("x", (), {}, name="x", saved_at_utc="2026-11-28"))
    assert not {"license", "description", "recordSet", "rai:dataCollection"} & found.keys()
