"""The export form in plain widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("ipywidgets")

from nbmodelver.views.asking import Asker
from nbmodelver.views.export import ExportForm
from tests.views.panel_samples import result

if TYPE_CHECKING:
    from collections.abc import Callable


class Disk:
    """A kernel for exports. taken: the files that exist. It answers an export only when `finish` is called."""

    def __init__(self, *taken: str) -> None:
        self.taken = taken
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.number = 0
        self.hear: Callable[[Any], None] = lambda _: None

    def __call__(self, hear: Callable[[Any], None]) -> Disk:
        self.hear = hear
        return self

    def send(self, message: Any) -> None:
        self.asked.append((message["method"], message["params"]))
        path = message["params"].get("path", "trees-v2.nbmv.zip")
        if message["method"] == "destination":
            sample = result("destination.taken" if path in self.taken else "destination")
            self.hear({"id": message["id"], "result": {**sample, "path": path}})
        elif message["method"] == "export":
            self.number = message["id"]

    def finish(self) -> None:
        self.hear({"id": self.number, "result": result("export")})

    def close(self) -> None:
        pass


def form_for(disk: Disk) -> tuple[ExportForm, list[Any], list[str]]:
    said: list[Any] = []
    left: list[str] = []
    asker = Asker(disk, lambda _: None, lambda _: None)
    made = ExportForm(asker, said.append, lambda: left.append("left"))
    made.open("v2")
    return made, said, left


def test_the_form_begins_with_the_name_that_the_magic_would_use() -> None:
    form, _, _ = form_for(Disk())
    assert form.file.value == "trees-v2.nbmv.zip"
    assert not form.go.disabled
    assert form.replace.layout.display == "none"
    assert "written to /home/ada/study/trees-v2.nbmv.zip" in form.said.value


def test_an_existing_file_is_replaced_only_if_the_user_agrees() -> None:
    disk = Disk("out.zip")
    form, _, _ = form_for(disk)
    form.file.value = "out.zip"
    assert form.go.disabled
    assert form.replace.layout.display is None
    assert "already exists" in form.said.value
    form.replace.value = True
    assert not form.go.disabled
    form.go.click()
    assert disk.asked[-1] == ("export", {"id": "v2", "path": "out.zip", "overwrite": True})


def test_consent_to_replace_one_file_is_not_consent_for_another() -> None:
    form, _, _ = form_for(Disk("out.zip", "other.zip"))
    form.file.value = "out.zip"
    form.replace.value = True
    form.file.value = "other.zip"
    assert not form.replace.value
    assert form.go.disabled


def test_a_finished_export_is_reported_and_the_form_is_left() -> None:
    disk = Disk()
    form, said, left = form_for(disk)
    form.go.click()
    assert form.go.disabled, "a second click would export twice"
    assert left == []
    disk.finish()
    assert said == [result("export")]
    assert left == ["left"]


def test_cancel_ends_a_running_export_and_otherwise_leaves_the_form() -> None:
    disk = Disk()
    form, _, left = form_for(disk)
    form.go.click()
    form.stop.click()
    assert disk.asked[-1] == ("cancel", {"request": disk.number})
    assert left == []
    form.ended()
    assert not form.go.disabled, "the form can be used again after a failure"
    form.stop.click()
    assert left == ["left"]
