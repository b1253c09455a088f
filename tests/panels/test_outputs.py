"""Panels as widgets, in a shell that says it is a notebook with a person before it; clicked by their traits."""

from __future__ import annotations

import json
import time

import ipywidgets
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from nbmodelver import extension
from nbmodelver.views import forms, live, widget
from tests.waiting import wait_for


class Kernel:
    """As much of a kernel as decides what is shown."""

    _allow_stdin = True
    io_loop = None


@pytest.fixture
def page(shell, monkeypatch):
    """A shell whose cells come from a notebook page."""
    monkeypatch.setattr(InteractiveShell, "kernel", Kernel(), raising=False)
    monkeypatch.setattr(InteractiveShell, "_instance", shell.shell)
    shell.notebook = extension.latest()

    def run(cell, cell_id="cell-1"):
        with capture_output(display=True) as said:
            result = shell.shell.run_cell(cell, store_history=True, cell_id=cell_id)
        shell.outputs = said.outputs
        result.raise_error()
        return result.result

    shell.run = run
    yield shell
    monkeypatch.undo()


@pytest.fixture
def built(tmp_path, monkeypatch):
    """The page's files, as far as Python is concerned."""
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "widget.js").write_text("export default { render() {} };")
    (folder / "panel.css").write_text("")
    monkeypatch.setattr(widget, "STATIC", folder)


@pytest.fixture
def unbuilt(tmp_path, monkeypatch):
    monkeypatch.setattr(widget, "STATIC", tmp_path / "nothing")


def setup(page):
    page.run("df = {'rows': [1, 2, 3]}\nparams = {'lr': 0.1}")
    page.run("%mv_commit -m first --metric acc=0.5")
    page.run("params['lr'] = 0.2")
    page.run("%mv_commit -m second --metric acc=0.7")


def data(output):
    return output.data if hasattr(output, "data") else output["data"]


def test_a_panel_is_a_widget_with_traits_and_a_static_picture(page, built):
    setup(page)
    shown = page.run("p = %mv_panel\np")
    panel = shown.value
    assert isinstance(panel, widget.PanelWidget)
    assert isinstance(page["p"].value, ipywidgets.DOMWidget)
    assert (panel.view, panel.selected) == ("history", [])
    static, living = (data(o) for o in page.outputs)
    assert "second" in static["text/html"]
    assert "nbmv-static" in static["text/html"]
    assert '<p class="nbmv-missing" hidden>' in static["text/html"]
    assert living[live.VIEW_MIME]["model_id"] == panel.model_id
    assert page["_"] is shown
    assert isinstance(page.shell.user_ns["p"], live.PanelResult)


def test_a_widget_speaks_with_the_kernel_and_its_head_may_be_observed(page, built, monkeypatch):
    setup(page)
    panel = page.run("%mv_panel").value
    sent = []
    monkeypatch.setattr(type(panel), "send", lambda _self, content, buffers=None: sent.append(content))
    heads = []
    panel.observe(lambda change: heads.append(change["new"]), "head")
    panel._handle_custom_msg({"id": 1, "method": "rollback", "params": {"id": "v1"}}, [])
    reply = next(m for m in sent if m.get("id") == 1)
    assert reply["result"]["said"].startswith("restored v1")
    assert page["params"] == {"lr": 0.1}
    assert heads == ["v1"]
    assert any("push" in m for m in sent)
    page.run("%mv_undo")
    assert heads == ["v1", "v2"]
    panel.close()
    assert page.notebook.outputs.server.connections == []


def test_the_page_gets_no_data_of_the_kernel_in_the_widgets_state(page, built):
    page.run("secret_frame = {'column': ['do not leak']}")
    page.run("%mv_commit secret_frame")
    panel = page.run("%mv_panel").value
    state = json.dumps({k: v for k, v in panel.get_state().items() if k not in ("_esm", "_css", "layout")})
    assert "leak" not in state
    assert "secret_frame" not in state


def test_log_and_compare_are_panels_and_their_values_stay(page, built):
    setup(page)
    log = page.run("%mv_log")
    assert [v.name for v in log] == ["v2", "v1"]
    assert [set(data(o)) for o in page.outputs] == [{"text/plain", "text/html"}, {"text/plain", live.VIEW_MIME}]
    assert type(page.run("%mv_log --limit 1")).__name__ == "Shown"
    compared = page.run("%mv_compare v1 v2")
    assert [v.name for v in compared] == ["v1", "v2"]
    assert len(page.outputs) == 2
    panels = [o.widget for o in page.notebook.outputs._outputs]
    assert [(p.view, len(p.selected)) for p in panels] == [("compare", 2)]


def test_a_rollback_is_offered_and_done_by_a_click(page, built):
    setup(page)
    said = page.run("%mv_rollback v1\nafter = params['lr']")
    assert page["after"] == 0.2
    assert said is None
    said = page.run("%mv_rollback v1")
    assert "click above" in str(said)
    assert said.value.version.name == "v1"
    panel = page.notebook.outputs._outputs[-1].widget
    assert (panel.view, panel.selected) == ("rollback", [said.value.version.id])
    assert page["params"] == {"lr": 0.2}
    page.run("%mv_rollback v1 --yes")
    assert page["params"] == {"lr": 0.1}


def test_a_cell_that_runs_again_closes_its_former_panel(page, built):
    setup(page)
    page.run("%mv_log")
    first = page.notebook.outputs._outputs[0].widget
    page.run("%mv_log", cell_id="cell-2")
    page.run("%mv_log")
    assert first.comm is None
    assert len(page.notebook.outputs._outputs) == 2
    assert len(page.notebook.outputs.server.connections) == 2


def test_the_static_picture_follows_the_store(page, built, monkeypatch):
    setup(page)
    page.run("%mv_panel")
    drawn = []
    output = page.notebook.outputs._outputs[-1]
    monkeypatch.setattr(output.handle, "update", lambda bundle, raw: drawn.append(bundle["text/html"]))
    page.run("params['lr'] = 0.3\n%mv_commit -m third", cell_id="cell-9")
    assert "third" in drawn[-1]
    page.run("%mv_tag good v1", cell_id="cell-9")
    assert "good" in drawn[-1]


@pytest.mark.parametrize("how", ["nobody", "terminal", "off"])
def test_without_a_person_a_page_or_the_setting_it_stays_text(page, built, how, monkeypatch):
    setup(page)
    if how == "nobody":
        monkeypatch.setattr(Kernel, "_allow_stdin", False)
    if how == "off":
        page.run("%mv_config widgets off")
    shown = page.run("%mv_log", cell_id=None if how == "terminal" else "cell-1")
    assert type(shown).__name__ == "Shown"
    shown = page.run("%mv_panel", cell_id=None if how == "terminal" else "cell-1")
    assert [v.name for v in shown] == ["v2", "v1"]


@pytest.fixture
def plain(page, unbuilt):
    setup(page)
    panel = page.run("%mv_panel").value
    assert type(panel).__name__ == "PlainPanel"
    return panel


def test_the_setting_chooses_plain_widgets(page, built):
    setup(page)
    page.run("%mv_config widgets plain")
    assert type(page.run("%mv_panel").value).__name__ == "PlainPanel"
    page.run("%mv_config widgets anywidget")
    assert type(page.run("%mv_panel").value).__name__ == "PanelWidget"


def test_plain_history_shows_and_filters(plain, page):
    assert [label.split()[0:2] for label, _ in plain.versions.options] == [["●", "v2"], ["v1", "first"]]
    assert "v2" in plain.status.value
    plain.filter.value = "first"
    assert len(plain.versions.options) == 1
    plain.filter.value = ""
    plain.versions.value = (plain.versions.options[1][1],)
    assert len(plain.selected) == 1
    plain.buttons["Show"].click()
    wait_for(lambda: "first" in plain.body.value)
    assert plain.head == "v2"


def test_plain_comparison(plain, page):
    plain.selected = [i for _, i in plain.versions.options]
    plain.buttons["Compare"].click()
    wait_for(lambda: "Hyperparameters" in plain.body.value)
    assert "0.1" in plain.body.value
    page.run("%mv_commit -m third", cell_id="cell-5")
    assert len(plain.versions.options) == 3
    plain.selected = [i for _, i in plain.versions.options]
    wait_for(lambda: "Metrics" in plain.body.value and "v3" in plain.body.value)


def test_plain_rollback_and_undo(plain, page):
    plain.buttons["Roll back"].click()
    assert "select a version" in plain.said.value
    plain.selected = [plain.versions.options[1][1]]
    wait_for(lambda: "Rollback to v1" in plain.body.value)
    assert page["params"] == {"lr": 0.2}
    plain.confirm.click()
    assert page["params"] == {"lr": 0.1}
    assert "restored v1" in plain.said.value
    assert plain.head == "v1"
    assert plain.view == "history"
    plain.buttons["Undo"].click()
    assert page["params"] == {"lr": 0.2}
    plain.buttons["Redo"].click()
    assert page["params"] == {"lr": 0.1}


def test_plain_commit_form(plain, page):
    page.run("extra = {'a': 1}\nacc = 0.9\nlock = (i for i in '')", cell_id="cell-7")
    plain.buttons["Commit"].click()
    wait_for(lambda: plain.form.names.options)
    assert set(plain.form.names.value) == {"df", "params", "extra", "acc"}
    assert "lock" in plain.form.problems.value
    plain.form.names.value = ("extra",)
    plain.form.message.value = "by hand"
    plain.form.tag.value = "mine"
    plain.form.go.click()
    version = page.notebook.repo()["mine"]
    assert (version.message, version.names, version.metrics) == ("by hand", ("extra",), {"acc": 0.9})
    assert plain.view == "history"


def test_plain_labels(plain, page):
    plain.selected = [plain.versions.options[1][1]]
    plain.labels.tag.value = "base"
    plain.labels.buttons["Tag"].click()
    assert page.notebook.repo()["base"].name == "v1"
    plain.labels.buttons["Untag"].click()
    assert page.notebook.repo().history.tags() == {}
    plain.labels.note.value = "remember this"
    plain.labels.buttons["Note"].click()
    repo = page.notebook.repo()
    assert repo.history.note(repo["v1"]) == "remember this"
    plain.labels.tag.value = "not a name"
    plain.labels.buttons["Tag"].click()
    assert "cannot be a name" in plain.said.value
    page.run("%mv_branch other")
    plain.labels.branch.value = "other"
    plain.labels.buttons["Switch"].click()
    assert repo.history.branch == "other"


def test_plain_export_asks_for_the_file_and_replaces_none_unasked(plain, page, tmp_path):
    form = plain.export
    plain.buttons["Export"].click()
    assert "select a version" in plain.said.value
    plain.selected = [plain.versions.options[1][1]]
    plain.buttons["Export"].click()
    wait_for(lambda: not form.go.disabled)
    assert form.file.value.endswith("-v1.nbmv.zip")
    assert str(tmp_path / form.file.value) in form.said.value
    form.file.value = "no/folder/x.zip"
    wait_for(lambda: "there is no folder" in form.said.value)
    assert form.go.disabled
    (tmp_path / "mine.zip").write_text("mine")
    form.file.value = "mine.zip"
    wait_for(lambda: form.replace.layout.display is None)
    assert form.go.disabled
    form.replace.value = True
    form.go.click()
    wait_for(lambda: "mine.zip" in plain.said.value and form.box not in plain.children)
    assert (tmp_path / "mine.zip").read_bytes()[:2] == b"PK"


def test_plain_export_is_cancelled(plain, tmp_path, monkeypatch):
    def slow(_repo, _version, path, progress, **_options):
        for done in range(10_000):
            time.sleep(0.001)
            progress(done, 10_000, "writing the bundle")

    monkeypatch.setattr("nbmodelver.bundle.write", slow)
    plain.selected = [plain.versions.options[1][1]]
    plain.buttons["Export"].click()
    wait_for(lambda: not plain.export.go.disabled)
    plain.export.go.click()
    wait_for(lambda: "writing the bundle" in plain.said.value)
    assert plain.export.stop.description == "Cancel"
    plain.export.stop.click()
    wait_for(lambda: not plain.export.go.disabled)
    assert plain.export.stop.description == "Cancel"
    plain.export.stop.click()
    assert plain.export.box not in plain.children
    assert list(tmp_path.glob("*.zip")) == []


def test_plain_waits_for_a_cell_when_told_to(plain, page):
    page.shell.user_ns["panel"] = plain
    plain.selected = [plain.versions.options[1][1]]
    plain.turn("rollback")
    page.run("panel.confirm.click()\nbusy = panel.said.value", cell_id="cell-7")
    assert "a cell is running" in page["busy"]
    assert page["params"] == {"lr": 0.2}
    page.run("panel.wait.value = True\npanel.confirm.click()\nwaits = panel.status.value", cell_id="cell-8")
    assert "waits for the cell" in page["waits"]
    assert page["params"] == {"lr": 0.1}
    plain.close()
    assert page.notebook.outputs.server.connections == []


@pytest.mark.parametrize("form", [forms.PlainPanel, widget.PanelWidget])
def test_a_panels_own_names_hide_none_of_the_librarys(form):
    base = form.__mro__[1]
    hidden = {n for n in vars(form) if hasattr(base, n) and not n.startswith("__")}
    of_traitlets = {n for n in hidden if n in vars(base)} - {"close"}
    assert hidden - of_traitlets == {"close"}
    assert not {"_compare", "_repr_keys", "comm", "keys"} & set(vars(form))


@pytest.mark.parametrize("how", ["plain", "anywidget"])
def test_a_panel_has_a_repr(page, built, how):
    setup(page)
    page.run(f"%mv_config widgets {how}")
    assert "Panel" in repr(page.run("%mv_panel").value)


def test_vs_code_gets_one_output_with_both_parts(page, built):
    setup(page)
    page.shell.user_ns["__vsc_ipynb_file__"] = "/home/ada/study.ipynb"
    page.run("%mv_panel")
    assert [set(data(o)) for o in page.outputs] == [{"text/plain", "text/html", live.VIEW_MIME}]


def test_one_version_alone_is_no_comparison_to_click_in(page, built):
    setup(page)
    assert type(page.run("%mv_compare v1")).__name__ == "Shown"


@pytest.mark.parametrize("how", ["plain", "anywidget"])
def test_a_panel_stands_in_a_layout(page, built, how):
    setup(page)
    page.run(f"%mv_config widgets {how}")
    page.run("import ipywidgets, nbmodelver as mv\nbox = ipywidgets.HBox([mv.panel().value, mv.panel('commit').value])")
    assert [p.view for p in page["box"].children] == ["history", "commit"]
