"""The pinned packages of a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_requirements_pin_the_installed_releases(made, unzipped: Path) -> None:
    packages = made[0].environment(made[1])["packages"]
    lines = (unzipped / "requirements.txt").read_text().splitlines()
    for name in ("pandas", "scikit-learn", "numpy", "pyarrow", "ipykernel"):
        assert f"{name}=={packages[name]}" in lines
    assert "-c constraints.txt" in lines
    assert not any("+" in line for line in (unzipped / "constraints.txt").read_text().splitlines())
