"""environment.yml and pixi.toml: exact releases, and the rule that says what comes from conda-forge."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

from nbmodelver.actions.handover.environments import environment_yml, from_conda, pixi_toml
from nbmodelver.actions.handover.needs import Needs

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = {"fastapi": "0.165.0", "pandas": "2.2.0", "scikit-learn": "1.5.0", "unknown": ""}
NEEDS = Needs("3.12.1", PACKAGES, "24.0", system="Linux", machine="aarch64")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """An environment of conda: pandas in the recorded release, scikit-learn in another, fastapi from elsewhere."""
    (tmp_path / "conda-meta").mkdir()
    for name, version, channel in (
        ("pandas", "2.2.0", "conda-forge/linux-64"), ("scikit-learn", "1.6.0", "conda-forge"),
        ("fastapi", "0.165.0", "defaults"),
    ):  # fmt: skip
        entry = {"name": name, "version": version, "channel": channel}
        (tmp_path / "conda-meta" / f"{name}-{version}-0.json").write_text(json.dumps(entry))
    (tmp_path / "conda-meta" / "broken.json").write_text("{")
    (tmp_path / "conda-meta" / "list.json").write_text("[]")
    return tmp_path


def test_python_and_pip_come_from_conda_and_the_rest_from_pypi(tmp_path: Path) -> None:
    found = yaml.safe_load(environment_yml("churn/1.0.0", NEEDS, PACKAGES, tmp_path))
    assert found == {
        "name": "churn-1.0.0",
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": [
            "python=3.12.1",
            "pip=24.0",
            {"pip": ["fastapi==0.165.0", "pandas==2.2.0", "scikit-learn==1.5.0", "unknown"]},
        ],
    }


def test_what_this_environment_has_from_conda_forge_in_the_recorded_release_comes_from_there(prefix: Path) -> None:
    assert from_conda(prefix) == {"pandas": "2.2.0", "scikit-learn": "1.6.0"}
    found = yaml.safe_load(environment_yml("v1", NEEDS, PACKAGES, prefix))
    assert found["dependencies"][:3] == ["python=3.12.1", "pip=24.0", "pandas=2.2.0"]
    assert found["dependencies"][3] == {"pip": ["fastapi==0.165.0", "scikit-learn==1.5.0", "unknown"]}
    pixi = tomllib.loads(pixi_toml("v1", NEEDS, PACKAGES, {}, prefix))
    assert pixi["dependencies"] == {"python": "==3.12.1", "pandas": "==2.2.0"}
    assert "pandas" not in pixi["pypi-dependencies"]


def test_pixi_has_the_platform_of_the_record_and_tasks(tmp_path: Path) -> None:
    found = tomllib.loads(pixi_toml("churn/1.0.0", NEEDS, PACKAGES, {"serve": "python app.py"}, tmp_path))
    assert found["workspace"] == {"name": "churn-1.0.0", "channels": ["conda-forge"], "platforms": ["linux-aarch64"]}
    assert found["dependencies"] == {"python": "==3.12.1"}
    assert found["pypi-dependencies"] == {
        "fastapi": "==0.165.0", "pandas": "==2.2.0", "scikit-learn": "==1.5.0", "unknown": "*",
    }  # fmt: skip
    assert found["tasks"] == {"serve": "python app.py"}
    elsewhere = tomllib.loads(pixi_toml("v1", Needs("3.12.1", {}), {}, {}, tmp_path))
    assert len(elsewhere["workspace"]["platforms"]) == 3


def test_a_title_becomes_a_name_and_nothing_else(tmp_path: Path) -> None:
    title = 'Größe "x"\nchannels: [evil]'
    assert yaml.safe_load(environment_yml(title, NEEDS, {}, tmp_path))["channels"] == ["conda-forge", "nodefaults"]
    assert tomllib.loads(pixi_toml(title, NEEDS, {}, {}, tmp_path))["workspace"]["name"] == "gr-e-x-channels-evil"
    assert yaml.safe_load(environment_yml("//", NEEDS, {}, tmp_path))["name"] == "model"


def test_without_a_recorded_pip_any_pip_will_do(tmp_path: Path) -> None:
    assert yaml.safe_load(environment_yml("v1", Needs("3.12.1", {}), {}, tmp_path))["dependencies"][1] == "pip"
