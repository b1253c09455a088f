"""The documents of a bundle for people, and bundle.json. The descriptions for other programs are in crate.py.

Everything comes from the version, nothing from the time, place or user of the export, so the bytes are reproducible.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

from nbmodelver.bundle import input_members, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbmodelver.bundle.first_cell import FirstCell, Variable
    from nbmodelver.model import Json, ObjectId, Version


def as_json(data: Any) -> bytes:
    """Return indented JSON with sorted keys: the same bytes for the same data."""
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"


def bundle(
    version: Version,
    first: FirstCell,
    sizes: Mapping[ObjectId, int],
    modules: Sequence[str] = (),
    cell_slice: Mapping[str, Json] | None = None,
) -> bytes:
    """Return bundle.json.

    first: the variables, and the models in open formats. sizes: raw bytes of every part. modules: paths of the
    project's modules. cell_slice: what replay.ipynb leaves out.
    """
    models: list[Json] = [
        {"name": m.name, "format": m.format, "folder": m.folder, "proof": m.proof} for m in first.models
    ]
    return as_json(
        {
            "format": names.FORMAT,
            **({"modules": list(modules)} if modules else {}),
            **({"files": input_members.described(version)} if version.inputs else {}),
            **({"models": models} if models else {}),
            **({"slice": dict(cell_slice)} if cell_slice is not None else {}),
            "version": {
                "id": version.id, "name": version.name, "parents": list(version.parents), "message": version.message,
                "note": version.note, "author": version.author, "saved_at_utc": version.saved_at_utc,
                "params": dict(version.params), "metrics": dict(version.metrics),
            },
            "variables": [_variable(v) for v in first.variables],
            "parts": dict(sizes),
        }
    )  # fmt: skip


def _variable(variable: Variable) -> dict[str, Json]:
    kept = variable.kept
    found: dict[str, Json] = {
        "name": kept.name, "type": kept.type, "kind": kept.kind, "digest": kept.digest,
        "needs_trust": variable.needs_trust,
    }  # fmt: skip
    if variable.format:
        found |= {"format": variable.format, "file": variable.file}
    if variable.label is not None:
        found["label"] = variable.label
    return found


_README = """\
# {title}

One version of a Jupyter notebook with its variables, saved by nbmodelver on {saved}.

## Open it in any Jupyter

Unzip the file and open `notebook.ipynb` in its folder. With numpy and pandas alone, the first cell loads the variables
that an open format represents exactly: {open_}. It does not load: {closed}.

## Restore every variable exactly

    %load_ext nbmodelver
    %mv_import {file}
    %mv_rollback v1

`%mv_import` takes the zip file, not the unzipped folder. It verifies every hash, runs no code, and prints the version's
number in your store. Variables that need pickle also need `--trust` in the rollback, because a pickle can run code: use
it only if you trust the source of this file.

## Rebuild the environment

    python -m venv venv
    venv/bin/pip install -r requirements.txt

or `docker build -f docker/Dockerfile .`

`environment.json` lists the Python release, the platform and every package of the original environment.
{own}
## Verify the files

    sha256sum -c {manifest}

## Contents

- `notebook.ipynb`: the notebook
- `replay.ipynb` (if present): its cells in the order in which they ran
- `variables/`: the data in open formats
- `models/` (if present): models in open formats
- `files/` (if present): the files that the cells read; the first cell copies them to where the cells expect them
- `modules/` (if present): the project's own modules
- `requirements.lock.txt`, `pylock.toml`, `wheels/` (if present): all packages with hashes, and their files
- `store/`: the version in the format of nbmodelver
- `bundle.json`: the variables and their files
- `REPORT.html`: a summary
- `requirements.txt`, `runtime.txt`: the environment, also for repo2docker; `docker/Dockerfile`: an image of it
- `ro-crate-metadata.json`, `CITATION.cff`: descriptions for machines
"""
_README_MODULES = """
## The modules of the project

{listed} are in `modules/`, and the first cell adds this folder to the import path. After an import into your own store,
`%mv_rollback v1 --modules --trust` writes missing modules next to the store. It never replaces a file.
"""


def readme(version: Version, variables: Sequence[Variable], file_name: str, modules: Sequence[str] = ()) -> bytes:
    """Return README.md. file_name: default name of the bundle. modules: paths of the project's modules."""
    listed = ", ".join(f"`{_inline(path)}`" for path in modules)
    others = [v for v in variables if not v.is_readable]
    text = _README.format(
        title=f"{version.name}: {_inline(version.message)}" if version.message else version.name,
        saved=_inline(version.saved_at_utc) or "?",
        open_=", ".join(f"`{_inline(v.kept.name)}`" for v in variables if v.is_readable) or "none",
        closed=", ".join(f"`{_inline(v.kept.name)}` ({_inline(v.kept.type)})" for v in others) or "none",
        file=_inline(file_name),
        own=_README_MODULES.format(listed=listed) if modules else "",
        manifest=names.MANIFEST,
    )
    return text.encode()


def report(version: Version, variables: Sequence[Variable]) -> bytes:
    """Return REPORT.html: static, without scripts, all values escaped."""
    rows = [(v.kept.name, v.kept.kind, v.kept.type, f"{v.kept.size_bytes:,} bytes", v.file) for v in variables]
    body = [
        f"<h1>{_text(version.name)} {_text(version.message)}</h1>",
        f"<p>{_text(version.saved_at_utc)} {_text(version.author)}</p><p>{_text(version.note)}</p>",
        _table("Metrics", ("name", "value"), sorted(version.metrics.items())),
        _table("Parameters", ("name", "value"), [(k, json.dumps(v)) for k, v in sorted(version.params.items())]),
        _table("Variables", ("name", "kind", "type", "size", "file"), rows),
    ]
    style = "body{font:15px sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left}"
    head = f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{_text(version.name)}</title>'
    return "\n".join([head, f"<style>{style}</style>", *body, "</html>\n"]).encode()


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    if not lines:
        return ""
    head = "".join(f"<th>{_text(c)}</th>" for c in columns)
    return "\n".join([f"<h2>{_text(title)}</h2>", f"<table><tr>{head}</tr>", *lines, "</table>"])


def _text(value: object) -> str:
    return html.escape(_visible(str(value)))


def _inline(text: str) -> str:
    """Escape text for one line of Markdown, including HTML."""
    return "".join(f"&#{ord(c)};" if c in "<>&`[]*" else c for c in _visible(text))


def _visible(text: str) -> str:
    """Replace control and bidirectional characters by their code point."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def dockerfile(python: str) -> bytes:
    """Return docker/Dockerfile: an image with the environment and the files. python: its minor release, "3.11"."""
    return f"""# Build it in the unzipped folder: docker build -f docker/Dockerfile -t version .
# Run it: docker run -p 8888:8888 version
FROM python:{python}-slim
RUN useradd --create-home --uid 1000 user
WORKDIR /home/user/version
COPY --chown=user . .
RUN pip install --no-cache-dir -r requirements.txt jupyterlab
USER user
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser"]
""".encode()
