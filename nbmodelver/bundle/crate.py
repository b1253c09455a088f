"""The descriptions of a bundle for machines: RO-Crate 1.2 (Process Run Crate) and CITATION.cff 1.2.0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle import names
from nbmodelver.bundle.documents import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbmodelver.model import Json, Version

_TYPES = {
    ".ipynb": "application/x-ipynb+json", ".json": "application/json", ".md": "text/markdown", ".txt": "text/plain",
    ".html": "text/html", ".npy": "application/x-npy", ".parquet": "application/vnd.apache.parquet",
    ".zst": "application/zstd", ".csv": "text/csv", ".py": "text/x-python", ".cff": "application/yaml",
}  # fmt: skip
_CRATE = "https://w3id.org/ro/crate/1.2"
_PROCESS = "https://w3id.org/ro/wfrun/process/0.5"
_RUN = "#run"
_PYTHON = "#python"


def crate(
    version: Version, sizes: Mapping[str, int], hashes: Mapping[str, str], environment: Mapping[str, Json]
) -> bytes:
    """Return ro-crate-metadata.json: every other file with its size in bytes and SHA-256, and the run."""
    files = [_file(name, sizes[name], hashes[name]) for name in sorted(sizes)]
    root: dict[str, Any] = {
        "@id": "./", "@type": "Dataset", "name": f"{version.name} {version.message}".strip(),
        "description": version.note or "One version of a Jupyter notebook with its variables, code and environment",
        "datePublished": version.saved_at_utc or "1980-01-01", "license": "not stated", "identifier": version.id,
        "mainEntity": {"@id": "notebook.ipynb"}, "hasPart": [{"@id": name} for name in sorted(sizes)],
        "mentions": {"@id": _RUN}, "conformsTo": {"@id": _PROCESS},
    }  # fmt: skip
    graph: list[dict[str, Any]] = [
        {
            "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
            "conformsTo": {"@id": _CRATE},
        },
        {"@id": _PROCESS, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        root,
        *_run(version, sizes, environment),
        *files,
    ]  # fmt: skip
    if version.author:
        root["author"] = {"@id": "#author"}
        graph.append({"@id": "#author", "@type": "Person", "name": version.author})
    return as_json({"@context": f"{_CRATE}/context", "@graph": graph})


def _file(name: str, size_bytes: int, digest: str) -> dict[str, Any]:
    kind: str | list[str] = ["File", "SoftwareSourceCode"] if name == "notebook.ipynb" else "File"
    suffix = "." + name.rpartition(".")[2]
    return {
        "@id": name, "@type": kind, "name": name.rpartition("/")[2], "contentSize": str(size_bytes),
        "encodingFormat": _TYPES.get(suffix, "application/octet-stream"), "sha256": digest,
    }  # fmt: skip


def _run(version: Version, sizes: Mapping[str, int], environment: Mapping[str, Json]) -> Iterator[dict[str, Any]]:
    """Yield the run of the notebook: what it read, what it made, and with what."""
    made = [{"@id": n} for n in sorted(sizes) if n.startswith((names.VARIABLES, names.MODELS))]
    read = [{"@id": n} for n in sorted(sizes) if n.startswith(names.FILES)]
    run: dict[str, Any] = {
        "@id": _RUN, "@type": "CreateAction", "name": f"The run that made {version.name}",
        "instrument": {"@id": "notebook.ipynb"}, "actionStatus": "http://schema.org/CompletedActionStatus",
        "object": read, "result": made or [{"@id": names.RECORD}],
    }  # fmt: skip
    if version.saved_at_utc:
        run["endTime"] = version.saved_at_utc
    if version.author:
        run["agent"] = {"@id": "#author"}
    yield run
    release = str(environment.get("python", ""))
    yield {"@id": _PYTHON, "@type": "SoftwareApplication", "name": "Python", "softwareVersion": release or "not known",
           "url": "https://www.python.org/"}  # fmt: skip


def citation(version: Version) -> bytes:
    """Return CITATION.cff. Texts are written as JSON, which YAML reads."""
    title = f"{version.notebook_path.removesuffix('.ipynb') or 'notebook'} {version.name}"
    lines = [
        "cff-version: 1.2.0",
        'message: "If you use this version of a notebook, please cite it."',
        f"title: {json.dumps(title)}",
        "type: software",
        f"authors: [{{name: {json.dumps(version.author or 'not stated')}}}]",
        f"version: {json.dumps(version.name)}",
        f"identifiers: [{{type: other, value: {json.dumps(f'nbmodelver:{version.id}')}}}]",
    ]
    if len(version.saved_at_utc) >= 10:
        lines.append(f'date-released: "{version.saved_at_utc[:10]}"')
    if version.message:
        lines.append(f"abstract: {json.dumps(version.message)}")
    return ("\n".join(lines) + "\n").encode("ascii")
