"""The bill of materials of registered versions as CycloneDX 1.6 JSON: models with their cards, datasets, packages.

Source: cyclonedx.org, specification 1.6 (ECMA-424). The document is written here because the library of CycloneDX has
no model card; the tests check it against the strict schema of that library.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbmodelver.model.cards import NOT_STATED
from nbmodelver.registry import card_evidence, checks, reading, statements
from nbmodelver.registry.register import bases_of, metadata_of
from nbmodelver.release import __version__
from nbmodelver.repo.core import states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.model import Json, Version
    from nbmodelver.model.registry import RegisteredVersion
    from nbmodelver.repo import Repo

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
TASKS = {"classifier": "classification", "regressor": "regression"}
NAMESPACE = uuid.UUID("6f1c3b5e-1f5a-4d6b-9f0e-0d6a3b7c2e11")
MOST_PORTS = 200
"""Inputs or outputs of a model that are listed."""


def bom(repo: Repo, registered: Sequence[RegisteredVersion], at_utc: str) -> dict[str, Json]:
    """Return the bill of materials of registered versions. at_utc: its time, ISO 8601.

    Raises UnknownModel if the data of a version is gone, Damaged.
    """
    components: dict[str, dict[str, Json]] = {}
    dependencies: dict[str, list[str]] = {}
    for one in registered:
        version = reading.version_of(repo, one)
        data = {_data_ref(version, n): _dataset(repo, version, one, n) for n in _datasets(version)}
        packages = {str(p["bom-ref"]): p for p in packages_of(repo.environment(version))}
        bases = {f"base:{b}": _base(b) for b in bases_of(repo, one)}
        model = _model(repo, one, version, [*data])
        ref = str(model["bom-ref"])
        components |= {ref: model, **data, **bases, **packages}
        dependencies[ref] = [*data, *bases, *packages]
    body: dict[str, Json] = {
        "components": [*components.values()],
        "dependencies": [{"ref": ref, "dependsOn": dependencies.get(ref, [])} for ref in components],  # type: ignore[dict-item]  # Json is invariant
    }
    serial = uuid.uuid5(NAMESPACE, at_utc + json.dumps(body, sort_keys=True))
    return {
        "$schema": SCHEMA, "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": at_utc,
            "tools": {"components": [{"type": "application", "name": "nbmodelver", "version": __version__}]},
        },
        **body,
    }  # fmt: skip


def text(document: Mapping[str, Json]) -> str:
    """Return a bill of materials as a text."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def packages_of(environment: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Return a component for Python and each package of an environment."""
    packages = environment.get("packages")
    found: list[dict[str, Json]] = []
    if environment.get("python"):
        python = str(environment["python"])
        found.append(_component("platform", f"python:{python}", "Python", python))
    for package, release in packages.items() if isinstance(packages, dict) else ():
        name = re.sub(r"[-_.]+", "-", package).lower()
        purl = f"pkg:pypi/{quote(name)}@{quote(str(release), safe='')}"
        found.append({**_component("library", purl, name, str(release)), "purl": purl})
    return found


def _component(kind: str, ref: str, name: str, version: str) -> dict[str, Json]:
    return {"type": kind, "bom-ref": ref, "name": name, "version": version}


def _datasets(version: Version) -> Iterable[str]:
    return (n for n, kept in version.kept.items() if kept.kind == "dataset")


def _data_ref(version: Version, name: str) -> str:
    return f"data:{name}:{version.kept[name].digest}"


def _dataset(repo: Repo, version: Version, registered: RegisteredVersion, name: str) -> dict[str, Json]:
    kept = version.kept[name]
    stated = statements.of_data(repo, name)
    licence = metadata_of(repo, registered).get(f"licence.{name}") or stated.get("licence", "")
    facts = {
        "digest": kept.digest, "type": kept.type,
        "rows": str(card_evidence.rows_of(repo, version, name) or "not known"),
        "personal data": stated.get("personal_data", NOT_STATED), "legal basis": stated.get("legal_basis", NOT_STATED),
    }  # fmt: skip
    found = _component("data", _data_ref(version, name), name, kept.digest[:12])
    found["data"] = [{"type": "dataset", "name": name}]
    return {**found, **_licences(licence), "properties": _properties(facts)}


def _base(text_: str) -> dict[str, Json]:
    name, _, revision = text_.partition("@")
    return _component("machine-learning-model", f"base:{text_}", name, revision)


def _model(repo: Repo, registered: RegisteredVersion, version: Version, data: Sequence[str]) -> dict[str, Json]:
    kept = version.kept.get(registered.variable)
    texts = statements.of_model(repo, registered.model)
    stages = ", ".join(reading.model(repo, registered.model).labels(registered.number)) or "none"
    state = states.state_of(repo, version.id)
    facts = {
        "version": version.id, "digest": kept.digest if kept is not None else "not known", "stamp": registered.stamp,
        "stages": stages, "state": state.state if state is not None else "active",
    }  # fmt: skip
    card: dict[str, Json] = {"modelParameters": _parameters(repo, registered, version, data)}
    performance = _performance(repo, registered, version)
    if performance:
        card["quantitativeAnalysis"] = {"performanceMetrics": performance}
    considerations = _considerations(texts)
    if considerations:
        card["considerations"] = considerations
    return {
        **_component(
            "machine-learning-model", f"model:{registered.address}", registered.model, registered.number,
        ),
        **({"description": texts["purpose"]} if texts.get("purpose") else {}),
        **_licences(texts.get("licence", "")),
        "modelCard": card,
        "properties": _properties(facts),
    }  # fmt: skip


def _parameters(repo: Repo, registered: RegisteredVersion, version: Version, data: Sequence[str]) -> dict[str, Json]:
    kept = version.kept.get(registered.variable)
    event = states.event_of(repo, registered.event)
    interface = event.private.get("interface") if event is not None else None
    known = interface if isinstance(interface, dict) else {}
    architecture = kept.type if kept is not None else ""
    task = next((word for ending, word in TASKS.items() if architecture.lower().endswith(ending)), "")
    found: dict[str, Json] = {
        "task": task,
        "modelArchitecture": architecture,
        "datasets": [{"ref": ref} for ref in data],
        "inputs": _ports(known.get("inputs")),
        "outputs": _ports(known.get("outputs")),
    }
    return {key: value for key, value in found.items() if value}


def _ports(known: Json) -> list[Json]:
    """Return inputs or outputs by name, or their number as one entry."""
    if isinstance(known, list):
        return [{"format": str(name)} for name in known[:MOST_PORTS]]
    return [{"format": f"{known} unnamed"}] if isinstance(known, int) and known else []


def _performance(repo: Repo, registered: RegisteredVersion, version: Version) -> list[Json]:
    """Return the metrics of the version, and the figures of its checks with slices and intervals."""
    found: list[Json] = [{"type": name, "value": repr(value)} for name, value in version.metrics.items()]
    for event in card_evidence.results(repo, registered, version.id).values():
        for one in checks.figures(event):
            metric: dict[str, Json] = {"type": one.metric, "value": one.value}
            if one.part:
                metric["slice"] = one.part
            if one.low:
                metric["confidenceInterval"] = {"lowerBound": one.low, "upperBound": one.high}
            found.append(metric)
    return found


def _considerations(texts: Mapping[str, str]) -> dict[str, Json]:
    lists = {
        "users": texts.get("users"),
        "useCases": texts.get("purpose"),
        "technicalLimitations": "\n".join(t for k in ("limits", "out_of_scope") if (t := texts.get(k))),
    }
    found: dict[str, Json] = {key: [value] for key, value in lists.items() if value}
    if texts.get("ethics"):
        found["ethicalConsiderations"] = [{"name": texts["ethics"]}]
    return found


def _licences(licence: str) -> dict[str, Json]:
    return {"licenses": [{"license": {"name": licence}}]} if licence else {}


def _properties(facts: Mapping[str, str]) -> list[Json]:
    return [{"name": f"nbmodelver:{name}", "value": value} for name, value in facts.items()]
