"""The build context of an image: the same bytes twice, a Dockerfile that holds the rules, and a CMD that serves."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

import nbmodelver as mv
from nbmodelver.actions.handover.image import EPOCH_S, epoch_s, image_files
from nbmodelver.actions.handover.needs import Needs
from nbmodelver.actions.handover.request import HandoverRequest
from nbmodelver.actions.handover.writing import hand_over
from nbmodelver.registry.register import RegisterRequest, register
from tests.actions.handover.servers import serving

if TYPE_CHECKING:
    from pathlib import Path

X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=list("abc"))
Y = (X["a"] > 0).astype(int)
MODEL = RandomForestClassifier(5, random_state=0).fit(X, Y)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same folder, made by the process that committed, and as by another one."""
    place = tmp_path_factory.mktemp("images")
    repo = mv.open(place / "store", create=True)
    repo.commit({"clf": MODEL, "X_test": X}, metrics={"loss": 0.2, "acc": 0.9}, params={"z": 1, "a": 2})
    register(repo, RegisterRequest("churn", "v1"))
    for name, store in (("one", repo), ("two", mv.open(place / "store"))):
        hand_over(store, HandoverRequest("churn/1.0.0", place / name, licence="MIT", image=True))
    return place / "one", place / "two"


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: (name, arguments), lines joined and comments left out."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def test_a_second_export_has_the_same_bytes(folders: tuple[Path, Path]) -> None:
    one, two = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders)
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []
    assert not [name for name, data in one.items() if str(folders[0]).encode() in data]


def test_the_dockerfile_follows_the_rules(folders: tuple[Path, Path]) -> None:
    text = (folders[0] / "Dockerfile").read_text()
    found = instructions(text)
    stamp = json.loads((folders[0] / "handover.json").read_text())
    assert found[0] == ("FROM", "python:{}.{}-slim".format(*sys.version_info))
    named = dict(found)
    assert named["RUN"] == "pip install --no-cache-dir -r requirements-serve.txt"
    user = named["USER"].partition(":")[0]
    assert user.isdigit()
    assert user != "0"
    assert [name for name, _ in found].index("USER") > [name for name, _ in found].index("RUN")
    assert f'org.opencontainers.image.revision="{stamp["version"]}"' in named["LABEL"]
    assert 'org.opencontainers.image.title="churn/1.0.0"' in named["LABEL"]
    assert 'org.opencontainers.image.version="1.0.0"' in named["LABEL"]
    assert 'org.opencontainers.image.licenses="MIT"' in named["LABEL"]
    assert named["ARG"].startswith("SOURCE_DATE_EPOCH=")
    assert json.loads(named["HEALTHCHECK"].partition("CMD ")[2])[0] == "python"
    assert json.loads(named["CMD"]) == ["python", "app.py"]


def test_the_context_has_what_the_server_needs_and_no_more(folders: tuple[Path, Path]) -> None:
    lines = (folders[0] / ".dockerignore").read_text().splitlines()
    taken = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    assert taken == {f.name for f in folders[0].iterdir()} - {"Dockerfile", ".dockerignore", "requirements.txt"}


def test_the_command_of_the_image_serves_from_these_files_alone(folders: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    (tmp_path / "srv").mkdir()
    for line in (folders[0] / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            (tmp_path / "srv" / line[1:]).write_bytes((folders[0] / line[1:]).read_bytes())
    named = dict(instructions((folders[0] / "Dockerfile").read_text()))
    _, *command = json.loads(named["CMD"])
    _, *health = json.loads(named["HEALTHCHECK"].partition("CMD ")[2])
    with serving(tmp_path / "srv", command) as client:
        found = client.post("/predict", {"rows": X.to_dict("records")})
        assert found.body["predictions"] == MODEL.predict(X).tolist()
        environment = {"NBMV_PORT": str(client.port)}
        assert subprocess.run([sys.executable, *health], env=environment, check=False).returncode == 0
    gone = subprocess.run([sys.executable, *health], env=environment, check=False, capture_output=True)
    assert gone.returncode == 1


def test_the_time_is_that_of_the_version() -> None:
    assert epoch_s("2026-11-30T10:19:16+00:00") == 1796033956
    assert epoch_s("2026-11-30T10:19:16Z") == epoch_s("2026-11-30T10:19:16") == 1796033956
    assert epoch_s("") == epoch_s("1970-01-01T00:00:00Z") == EPOCH_S


def test_no_name_becomes_an_instruction() -> None:
    labels = {"title": 'v1"\nRUN true $HOME \\', "revision": "", "licenses": ""}
    text = image_files(Needs("3.12.1", {}), [], "", labels)["Dockerfile"]
    assert [name for name, _ in instructions(text)].count("RUN") == 1
    assert "$HOME" not in text
    assert "revision" not in text
    assert text.splitlines()[1] == "FROM python:3.12-slim"


def test_the_health_check_is_a_program() -> None:
    from nbmodelver.actions.handover.image import HEALTH

    assert ast.parse(HEALTH)
    assert '"' not in HEALTH
