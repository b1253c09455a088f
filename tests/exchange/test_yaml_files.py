"""YAML of other systems: plain data of a limited size, without aliases and without objects."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import Damaged, MissingLibrary
from nbmodelver.exchange import yaml_files

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("yaml")


def test_types_are_those_of_the_two_editions() -> None:
    text = b"a: 1e-3\nb: yes\nc: 0x10\nd: 1:30\ne: null\nf: -2.5\ng: [1, text]\n"
    assert yaml_files.parse_yaml_1_2(text, "it") == {
        "a": 0.001, "b": "yes", "c": 16, "d": "1:30", "e": None, "f": -2.5, "g": [1, "text"],
    }  # fmt: skip
    found = yaml_files.parse_yaml(text, "it")
    assert (found["a"], found["b"]) == ("1e-3", True)


@pytest.mark.parametrize(
    "text",
    [
        b"a: [",
        b"\xff\xfe\x00",
        b"a: &x [1]\nb: *x\n",
        b"!!python/object/apply:os.system ['true']",
        b"a: \x00",
        b"[" * 5000,
    ],
)
def test_everything_else_is_damage(text: bytes) -> None:
    for parse in (yaml_files.parse_yaml, yaml_files.parse_yaml_1_2):
        with pytest.raises(Damaged) as caught:
            parse(text, "it")
        assert caught.value.hint


def test_large_and_missing_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        yaml_files.read_yaml(tmp_path / "missing.yaml")
    (tmp_path / "large.yaml").write_bytes(b"a: 1\n" * 10)
    assert yaml_files.read_yaml(tmp_path / "large.yaml") == {"a": 1}
    monkeypatch.setattr(yaml_files, "MOST_BYTES", 10)
    with pytest.raises(Damaged, match="larger"):
        yaml_files.read_yaml(tmp_path / "large.yaml")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingLibrary, match="PyYAML"):
        yaml_files.parse_yaml(b"a: 1", "it")
