"""Bundles for the tests: a study, and one that is changed in many ways."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.codecs import graph
from nbmodelver.repo.core import modules
from nbmodelver.repo.transfer import portable
from tests.bundle import samples
from tests.bundle.samples import Members, with_manifest, zipped

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("study")
    repo, version = samples.committed(folder)
    return repo, version, bundle.write(repo, version, folder / "study.nbmv.zip")


@pytest.fixture
def other(tmp_path: Path):
    return mv.open(tmp_path / "other", create=True)


@pytest.fixture
def unzipped(made, tmp_path: Path) -> Path:
    with zipfile.ZipFile(made[2]) as found:
        found.extractall(tmp_path / "unzipped")
    return tmp_path / "unzipped"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("hostile")
    repo = mv.open(folder, create=True)
    values = {"a": list(range(3000)), "model": samples.study()["model"], "b": 2.5}
    return bundle.write(repo, repo.commit(values), folder / "good.nbmv.zip").read_bytes()


@pytest.fixture
def members(good: bytes, tmp_path: Path) -> Members:
    (tmp_path / "good.zip").write_bytes(good)
    return samples.members_of(tmp_path / "good.zip")


@pytest.fixture
def with_modules(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, Members], bytes]:
    """Return a function that creates a bundle with these modules in its record and these members."""

    def make(data: Any, beside: Members) -> bytes:
        folder = Path(tempfile.mkdtemp(dir=tmp_path_factory.getbasetemp()))
        repo = mv.open(folder, create=True)
        version = repo.commit({"a": 1})
        (draft,) = graph.capture({modules.KEY: data}, {}, definitions=False).groups
        with repo.parts.lease(), repo.parts.writing() as pack:
            group = repo.group_store.put(pack, draft)
        made = repo.history.add(replace(version, number=2, definitions=(group,), parents=()))
        found = portable.taken_out(repo, made)
        plain = bundle.write(repo, version, folder / "plain.nbmv.zip")
        members = {n: d for n, d in samples.members_of(plain).items() if not n.startswith("store/parts/")}
        raws = {part: bytes(portable.raw(repo, found, part)) for part in found.parts}
        described = json.loads(members["bundle.json"])
        described["parts"] = {part: len(raw) for part, raw in raws.items()}
        members |= {f"store/parts/{part}": raw for part, raw in raws.items()}
        members |= {"store/record.json": portable.record(found.version), "bundle.json": json.dumps(described).encode()}
        return zipped(with_manifest({**members, **beside}))

    return make
