"""The static output of a panel."""

from __future__ import annotations

import sys

import pytest

from nbmodelver import views
from nbmodelver.views import live
from tests.views.panel_samples import Kernel, Text


def test_the_static_part_is_hidden_while_the_living_one_is_there():
    from nbmodelver.views import sentence

    bundle = live.static(sentence("the last state"))
    assert bundle["text/plain"] == "the last state"
    assert ":has(.nbmv-mounted) .nbmv-static{display:none}" in bundle["text/html"]
    assert "script" not in Text(bundle["text/html"]).tags


def test_plain_widgets_are_used_where_the_page_files_were_not_built(monkeypatch, tmp_path):
    widget = pytest.importorskip("nbmodelver.views.widget")
    monkeypatch.setattr(widget, "STATIC", tmp_path)
    assert live.form("anywidget") == "plain"
    for name in (widget.CODE, widget.LOOKS):
        (tmp_path / name).write_text("")
    assert live.form("anywidget") == "anywidget"
    assert live.form("plain") == "plain"


def test_plain_widgets_are_used_where_anywidget_cannot_be_imported(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbmodelver.views.widget", None)
    monkeypatch.delattr(views, "widget", raising=False)
    assert live.form("anywidget") == "plain"


def test_the_output_of_the_widget_has_no_text():
    kernel = Kernel()
    panel = live.panel("plain", kernel, "history")
    bundle = live.widget_view(panel)
    assert bundle["text/plain"] == ""
    assert bundle[live.VIEW_MIME]["model_id"] == panel.model_id
    panel.close()


def test_a_panel_result_draws_itself_and_behaves_like_its_value():
    drawn = []
    shown = live.PanelResult(views.sentence("one").document, [1, 2], drawn.append)
    shown._ipython_display_()
    assert drawn == [shown]
    assert list(shown) == [1, 2]
