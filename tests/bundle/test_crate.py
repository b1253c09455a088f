"""Other programs read a bundle: RO-Crate, repo2docker, and the fields of CITATION.cff."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from nbmodelver.bundle import crate
from nbmodelver.model import Version, VersionId

if TYPE_CHECKING:
    from pathlib import Path


def test_rocrate_reads_every_file_and_the_run(unzipped: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    found = rocrate.ROCrate(unzipped)
    assert found.mainEntity.id == "notebook.ipynb"
    listed = {entity.id for entity in found.data_entities}
    there = {f.relative_to(unzipped).as_posix() for f in unzipped.rglob("*") if f.is_file()}
    assert there - listed == {"ro-crate-metadata.json", "manifest-sha256.txt"}
    run = found.get("#run")
    assert run.type == "CreateAction"
    assert run["instrument"].id == "notebook.ipynb"
    assert "variables/" in run["result"][0].id


def test_repo2docker_makes_a_dockerfile_with_the_recorded_python(unzipped: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("repo2docker needs Git")
    pytest.importorskip("repo2docker")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(unzipped)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    python = json.loads((unzipped / "environment.json").read_text())["python"].rpartition(".")[0]
    assert f"python={python}" in said
    assert "requirements.txt" in said


def test_the_citation_has_what_the_format_requires(unzipped: Path) -> None:
    found = yaml.safe_load((unzipped / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= found.keys()
    assert found["cff-version"] == "1.2.0"
    assert found["authors"][0].keys() == {"name"}


def test_texts_of_a_user_stay_texts_in_the_citation() -> None:
    version = Version(VersionId("a" * 40), 3, message='x: [y]\n"z" # é', author="- name: {evil}")
    found = yaml.safe_load(crate.citation(version))
    assert found["abstract"] == 'x: [y]\n"z" # é'
    assert found["authors"] == [{"name": "- name: {evil}"}]
