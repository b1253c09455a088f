"""DVC: a .dvc file for each value, its content in the cache, params.yaml, metrics.json, plots, and artifacts.

Files that DVC reads as YAML are written as JSON, which is YAML too.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nbmodelver.exchange.git import gto
from nbmodelver.exchange.git.lfs import is_large
from nbmodelver.exchange.git.stream import place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nbmodelver.exchange.git.commands import GitFolder
    from nbmodelver.model.exchange import Facts, Member, Point, VersionFiles

CACHE = ".dvc/cache/files/md5"
PLOTS = "plots/metrics"
_IGNORED = b"/config.local\n/tmp\n/cache\n"
_EXCLUDED = "/.dvc/cache/\n/.dvc/tmp/\n"


class DvcLayout:
    """Values in the cache of DVC. artifact: the name of the model of a version."""

    name = "dvc"
    allows_bare = False

    def __init__(self, artifact: str) -> None:
        self.artifact = artifact

    def store(self, repository: GitFolder, contents: VersionFiles) -> dict[str, bytes | Path]:
        """Write the objects of a version, and return path -> content of the files of its commit. Raises OSError."""
        facts = contents.facts
        found: dict[str, bytes | Path] = {
            ".dvc/config": b"", ".dvc/.gitignore": _IGNORED, ".dvcignore": b"", ".gitattributes": b"* -text\n",
            "params.yaml": params_text(facts).encode("utf-8", "replace"),
            "metrics.json": _text(dict(facts.metrics)),
        }  # fmt: skip
        plots = {f"{PLOTS}/{_stem(name)}.tsv": _series(name, points) for name, points in facts.curves.items()}
        found |= plots
        found["dvc.yaml"] = _text(project_file(contents, self.artifact, has_plots=bool(plots)))
        ignored: dict[str, list[str]] = defaultdict(list)
        for member in contents.members:
            if not is_large(member):
                found[member.path] = member.file
                continue
            path = PurePosixPath(member.path)
            place(member.file, cache_file(repository, member.md5), repository.folder / ".dvc" / "tmp")
            found[f"{member.path}.dvc"] = _text(_tracked(member, path.name))
            ignored[str(path.parent)].append(f"/{path.name}\n")
        for folder, names in ignored.items():
            found[str(PurePosixPath(folder, ".gitignore"))] = "".join(sorted(names)).encode()
        return found

    def prepare(self, repository: GitFolder) -> None:
        """Keep the cache out of the status of Git, also on branches without DVC. Raises OSError."""
        path = repository.common_dir / "info" / "exclude"
        before = path.read_text("utf-8", "replace") if path.is_file() else ""
        if _EXCLUDED not in before:
            path.parent.mkdir(exist_ok=True)
            start = before if not before or before.endswith("\n") else f"{before}\n"
            path.write_text(start + _EXCLUDED, "utf-8")

    def notes(self, repository: GitFolder, example: str) -> tuple[str, ...]:
        """Return what to do with the repository."""
        return (
            f"check out a version: cd {repository.folder} && git checkout {example} && dvc checkout",
            "clean up with `dvc gc -a -T`: `dvc gc -w` deletes every version but the one that is checked out",
        )


def cache_file(repository: GitFolder, md5: str) -> Path:
    """Return where the cache has the content with an MD5."""
    return repository.folder / CACHE / md5[:2] / md5[2:]


def project_file(contents: VersionFiles, artifact: str, *, has_plots: bool) -> dict[str, Any]:
    """Return the content of dvc.yaml."""
    found: dict[str, Any] = {"params": ["params.yaml"], "metrics": ["metrics.json"]}
    if has_plots:
        found["plots"] = [{PLOTS: {"x": "step"}}]
    artifacts = _artifacts(contents, artifact)
    if artifacts:
        found["artifacts"] = artifacts
    return found


def _artifacts(contents: VersionFiles, artifact: str) -> dict[str, Any]:
    """Return name -> path of models: under the name of the export, and under those of the registry."""
    models: dict[str, str] = {}
    for member in contents.members:
        if member.role == "model" and member.name:
            models.setdefault(member.name, member.path)
    described = {"type": "model"} | ({"desc": contents.facts.message} if contents.facts.message else {})
    found = {}
    for variable, path in models.items():
        name = artifact if len(models) == 1 else gto.name(f"{artifact}-{variable}")
        found[name] = {"path": path, **described}
    for one in contents.facts.registered:
        path = models.get(one.variable) or (next(iter(models.values())) if len(models) == 1 else "")
        if path and (name := gto.name(one.model)):
            found[name] = {"path": path, **described}
    return found


def _tracked(member: Member, name: str) -> dict[str, Any]:
    return {"outs": [{"md5": member.md5, "size": member.size_bytes, "hash": "md5", "path": name}]}


def _series(name: str, points: Sequence[Point]) -> bytes:
    """Return a curve as DVCLive writes it: a column with steps, a column with values."""
    column = re.sub(r"[\t\r\n]", " ", name)
    has_time = any(point.time_s is not None for point in points)
    head = f"timestamp\tstep\t{column}\n" if has_time else f"step\t{column}\n"
    rows = [
        f"{'' if p.time_s is None else int(p.time_s * 1000)}\t{p.step}\t{p.value!r}\n" if has_time
        else f"{p.step}\t{p.value!r}\n" for p in points
    ]  # fmt: skip
    return (head + "".join(rows)).encode("utf-8", "replace")


def _stem(name: str) -> str:
    parts = [re.sub(r"[^A-Za-z0-9_.-]", "_", part).lstrip(".") or "_" for part in name.split("/")]
    return "/".join(parts)


def _text(data: Any) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def params_text(facts: Facts) -> str:
    """Return params.yaml: a parameter a line, with values that YAML 1.1 and 1.2 read alike."""
    lines = [f"{json.dumps(key, ensure_ascii=False)}: {_flow(value)}\n" for key, value in sorted(facts.params.items())]
    return "".join(lines) or "{}\n"


def _flow(value: Any) -> str:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k), ensure_ascii=False)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Return a float. YAML 1.1 takes "1e-05" for a text, and "1.0e-05" for a number."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    digits, mark, exponent = text.partition("e")
    return text if not mark or "." in digits else f"{digits}.0e{exponent}"
