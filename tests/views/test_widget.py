"""The panel as an anywidget widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import traitlets

pytest.importorskip("anywidget")

from nbmodelver.views import widget
from tests.views.panel_samples import result, sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Wire:
    """A channel that remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.closed = False
        self.hear: Callable[[Any], None] = lambda _: None

    def __call__(self, hear: Callable[[Any], None]) -> Wire:
        self.hear = hear
        return self

    def send(self, message: Any) -> None:
        self.sent.append(message)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the page files, which the package has only after a build."""
    (tmp_path / widget.CODE).write_text("export default { render() {} };")
    (tmp_path / widget.LOOKS).write_text(".nbmv {}")
    monkeypatch.setattr(widget, "STATIC", tmp_path)
    return tmp_path


def test_page_files_that_were_not_built_are_named(built: Path) -> None:
    assert widget.missing() == []
    (built / widget.CODE).unlink()
    assert widget.missing() == [widget.CODE]


@pytest.mark.usefixtures("built")
def test_a_panel_passes_messages_on_in_both_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    wire, page = Wire(), []
    panel = widget.PanelWidget(wire, "compare", ["a" * 40])
    monkeypatch.setattr(panel, "send", page.append)
    assert (panel.view, panel.selected, panel.head) == ("compare", ["a" * 40], "")
    panel._handle_custom_msg({"id": 1, "method": "hello", "params": {}}, [])
    assert wire.sent == [{"id": 1, "method": "hello", "params": {}}]
    wire.hear({"id": 1, "result": result("hello")})
    assert page == [{"id": 1, "result": result("hello")}]
    panel.close()
    assert wire.closed


@pytest.mark.usefixtures("built")
def test_the_head_of_a_panel_follows_every_state(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    panel = widget.PanelWidget(wire)
    monkeypatch.setattr(panel, "send", lambda _: None)
    wire.hear(sample("push"))
    assert panel.head == sample("push")["state"]["head"]["name"]
    wire.hear({"id": 1, "result": {"state": {"head": None}}})
    assert panel.head == ""
    wire.hear(sample("error.busy"))
    panel.close()


@pytest.mark.usefixtures("built")
def test_an_unknown_view_is_refused() -> None:
    panel = widget.PanelWidget(Wire())
    with pytest.raises(traitlets.TraitError, match="view"):
        panel.view = "nowhere"
    panel.close()
