"""The bill of materials is valid CycloneDX 1.6, and holds models with cards, datasets, packages and what needs what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from nbmodelver.errors import UnknownModel
from nbmodelver.registry import bom, reading, statements
from tests.registry.samples import busy, registered, study, three

if TYPE_CHECKING:
    from nbmodelver.model import Json
    from nbmodelver.repo import Repo

GOLDEN = Path(__file__).parents[1] / "golden" / "documents" / "packages.json"
AT = "2026-11-28T10:00:00Z"
ENVIRONMENT: dict[str, Json] = {
    "python": "3.11.7", "packages": {"scikit_learn": "1.9.1", "torch": "2.13.0+cpu", "numpy": "2.4.0"},
}  # fmt: skip


def document() -> dict[str, Json]:
    return {"components": [*bom.packages_of(ENVIRONMENT)]}


def made(repo: Repo) -> dict[str, Any]:
    return bom.bom(repo, reading.versions(repo, "churn"), AT)


def problems(found: dict[str, Any]) -> object:
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom.text(found))


def test_packages_are_as_the_golden_file():
    assert bom.text(document()) == GOLDEN.read_text(encoding="utf-8")


def test_the_document_is_valid_and_nonsense_is_not():
    repo = busy()
    texts = dict.fromkeys(("purpose", "users", "limits", "out_of_scope", "ethics", "licence"), "<b>Größe</b> \u202e")
    statements.state_model(repo, "churn", texts)
    statements.state_data(repo, "rows", {"licence": "CC0", "personal_data": "no"})
    registered(repo, "v1", model="other", bases=["hf:org/base@3f9c", "churn/1.0.0"])  # type: ignore[arg-type]
    every = [r for name in reading.names(repo) for r in reading.versions(repo, name)]
    found = bom.bom(repo, every, AT)
    assert problems(found) is None
    assert problems({**found, "components": [{"type": "model"}]}) is not None


def test_an_empty_document_is_valid():
    assert problems(bom.bom(study(), [], AT)) is None


def test_a_model_has_its_card_and_depends_on_its_data_and_packages():
    repo = busy()
    found = made(repo)
    model = next(c for c in found["components"] if c["bom-ref"] == "model:churn/1.0.0")
    card = model["modelCard"]
    assert (model["type"], card["modelParameters"]["task"]) == ("machine-learning-model", "classification")
    metrics = card["quantitativeAnalysis"]["performanceMetrics"]
    assert {"type": "f1", "value": "0.84"} in metrics
    assert {
        "type": "f1", "value": "0.8", "slice": "women",
        "confidenceInterval": {"lowerBound": "0.7", "upperBound": "0.9"},
    } in metrics  # fmt: skip
    needs = next(d["dependsOn"] for d in found["dependencies"] if d["ref"] == "model:churn/1.0.0")
    data = next(c for c in found["components"] if c["type"] == "data")
    numpy = next(c for c in found["components"] if c["name"] == "numpy")
    assert {data["bom-ref"], numpy["bom-ref"]} <= set(needs)
    assert card["modelParameters"]["datasets"] == [{"ref": data["bom-ref"]}]
    refs = [c["bom-ref"] for c in found["components"]]
    assert len(refs) == len(set(refs))
    assert {d["ref"] for d in found["dependencies"]} == set(refs)


def test_names_of_packages_are_normalized_and_local_releases_escaped():
    found = {c["name"]: c.get("purl") for c in bom.packages_of(ENVIRONMENT)}
    assert found == {
        "Python": None, "scikit-learn": "pkg:pypi/scikit-learn@1.9.1", "torch": "pkg:pypi/torch@2.13.0%2Bcpu",
        "numpy": "pkg:pypi/numpy@2.4.0",
    }  # fmt: skip


def test_the_same_content_has_the_same_serial_number():
    repo = three()
    first, again = made(repo), made(repo)
    assert first == again
    statements.state_model(repo, "churn", {"purpose": "offers"})
    assert made(repo)["serialNumber"] != first["serialNumber"]


def test_a_version_whose_data_is_gone_is_named():
    repo = three()
    repo.forget("v1", force=True)
    repo.gc(grace_s=0)
    with pytest.raises(UnknownModel, match=r"the data of churn/1\.0\.0 is gone"):
        made(repo)


def test_a_purged_dataset_is_in_no_document():
    repo = three()
    repo.purge("rows")
    text = json.dumps(made(repo))
    assert '"data:rows' not in text
