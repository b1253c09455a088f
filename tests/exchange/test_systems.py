"""The table of systems, and systems of other packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from nbmodelver.errors import UsageError
from nbmodelver.exchange import systems
from nbmodelver.exchange.files_out import FilesExporter
from nbmodelver.exchange.systems import ExchangeSystem

if TYPE_CHECKING:
    from pathlib import Path

MINE = ExchangeSystem("mine", "my system", exporter=f"{FilesExporter.__module__}:FilesExporter", target="PLACE")


def test_every_system_of_the_table_can_be_opened_or_says_what_it_needs() -> None:
    for system in systems.OWN:
        assert system.exporter or system.importer
        for way in filter(None, (system.exporter, system.importer)):
            module, _, name = way.partition(":")
            assert module.startswith("nbmodelver.exchange.")
            assert name


def test_another_package_adds_a_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("mine", f"{__name__}:MINE", systems.GROUP)
    monkeypatch.setattr(systems, "entry_points", lambda group: [entry] if group == systems.GROUP else [])
    monkeypatch.setattr(EntryPoint, "load", lambda _self: MINE)
    assert isinstance(systems.exporter("mine", str(tmp_path)), FilesExporter)
    with pytest.raises(UsageError, match="cannot be read from my system"):
        systems.importer("mine", "x")
    with pytest.raises(UsageError, match="needs a target") as caught:
        systems.exporter("mine", "")
    assert "PLACE" in caught.value.hint
