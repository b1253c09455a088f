"""Remotes in JupyterLab: push, pull, a conflict that clicks merge, and a lazy version, proven by kernel and stores.

Ana works in the notebook. Ben has a store of his own, which the test uses directly. Both share a folder.
"""

from __future__ import annotations

import re
from unittest import mock

import pytest
from playwright.sync_api import expect

from nbmodelver.actions import remotes as acts
from nbmodelver.repo import open_repo
from tests.ui.conftest import row
from tests.ui.test_bundles import THEMES
from tests.ui.test_looks import overflowing, violations

LOAD = "%load_ext nbmodelver"
FIRST = "alpha = 1\nrate = 0.5\n%mv_commit -m first --metric acc=0.7"
MINE = "alpha = 3\n%mv_commit -m mine --metric acc=0.8"
SLOW = "import time\ntime.sleep(20)"


class Ben:
    """A colleague with a clone of the shared folder."""

    def __init__(self, folder, address):
        self.repo = acts.clone_from(acts.CloneRequest(str(address), folder / "ben")).repo

    def push(self, values, message):
        with mock.patch("nbmodelver.repo.commit.commit.author", return_value="ben"):
            made = self.repo.commit(values, message)
        acts.push_to(self.repo, acts.PushRequest())
        return made

    def pull(self):
        acts.pull_from(self.repo, acts.PullRequest())


@pytest.fixture
def study(opened_study):
    """Ana's notebook with one version, and the folder of the team, which is empty."""

    def make(*cells):
        book, panel = opened_study(LOAD, FIRST, MINE, SLOW, *cells, run=2, last="v1")
        (book.folder / "team").mkdir()
        return book, panel

    return make


@pytest.fixture
def shared(study):
    """Ana has added the remote and pushed; Ben has cloned it."""

    def make(*cells):
        book, panel = study(*cells)
        address = book.folder / "team" / "study"
        own = open_repo(book.folder / ".nbmodelver")
        acts.add_remote(own, acts.AddRequest("origin", str(address)))
        acts.push_to(own, acts.PushRequest("", acts.PushOptions(acts.selection(["main"]))))
        return book, panel, Ben(book.folder, address)

    return make


def opened(panel):
    """The page of the remotes."""
    panel.get_by_role("tab", name="Remotes").click()
    place = panel.get_by_role("region", name="Remotes")
    expect(place).to_be_visible()
    return place


def test_a_remote_is_added_and_a_push_arrives_in_another_store(study, no_errors):
    book, panel = study()
    place = opened(panel)
    expect(place.get_by_text("This store has no remote yet.")).to_be_visible()
    place.get_by_role("button", name="Add a remote…").click()
    form = panel.get_by_role("form", name="Add a remote")
    address = form.get_by_role("textbox", name="Address")
    address.fill("x3://nowhere")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(form.locator(".nbmv-field-problem").nth(1)).to_contain_text("x3")
    book.shot("lab-remote-form")
    folder = book.folder / "team" / "study"
    address.fill(str(folder))
    address.press("Enter")
    remote = place.get_by_role("region", name="origin")
    expect(remote).to_contain_text("concurrent pushes are safe · you can read and write")
    expect(panel.get_by_role("button", name="1 version not pushed")).to_be_visible()
    expect(book.status).to_contain_text("1 version not pushed")
    remote.get_by_role("button", name="Push").click()
    expect(remote.locator(".nbmv-outcome")).to_contain_text("Sent to origin: v1")
    expect(panel.get_by_role("button", name="1 version not pushed")).to_have_count(0)
    book.shot("lab-remote-pushed")
    ben = Ben(book.folder, folder)
    assert [v.message for v in ben.repo.history.records.all()] == ["first"]
    assert ben.repo.load("v1", "alpha") == {"alpha": 1}
    no_errors(book)


def test_a_pull_brings_the_notebook_to_what_a_colleague_pushed_and_says_who(shared, no_errors):
    book, panel, ben = shared()
    ben.push({"alpha": 2, "rate": 0.5}, "by ben")
    book.command("nbmodelver:fetch")
    remote = panel.get_by_role("region", name="origin")
    expect(remote.locator(".nbmv-outcome")).to_contain_text("Fetched from origin: v2")
    expect(remote.get_by_role("list", name="At origin, not on the branch here")).to_contain_text("v2 by ben by ben")
    assert book.kernel("alpha") == 1
    panel.get_by_role("tab", name="History").click()
    expect(row(panel, "v2").locator(".nbmv-author")).to_have_text(re.compile("ben"))
    expect(row(panel, "v2")).to_contain_text("origin/main")
    expect(row(panel, "v1").locator(".nbmv-author")).to_have_count(0)
    book.shot("lab-remote-history")
    panel.get_by_role("button", name="1 to pull").click()
    book.start(3)
    expect(panel.locator(".nbmv-busy")).to_be_visible()
    remote.get_by_role("button", name="Pull").click()
    remote.get_by_role("button", name="Run after the cell").click()
    expect(remote.get_by_text("After the cell: Pulling from origin")).to_be_visible()
    book.shot("lab-remote-waits")
    book.done(3)
    expect(remote.locator(".nbmv-outcome")).to_contain_text("main is now v2, by ben")
    assert book.kernel("(alpha, rate)") == (2, 0.5)
    no_errors(book)


def test_clicks_merge_a_branch_that_diverged(shared, no_errors):
    book, panel, ben = shared()
    theirs = ben.push({"alpha": 2, "rate": 0.9}, "warmer")
    book.run(2)
    book.command("nbmodelver:pull")
    remote = panel.get_by_role("region", name="origin")
    expect(remote.locator(".nbmv-outcome")).to_contain_text("both sides have new versions")
    assert book.kernel("(alpha, rate)") == (3, 0.5)
    box = remote.get_by_role("group", name="main diverged")
    expect(box).to_contain_text("1 version is only here · 1 version is only there by ben")
    book.shot("lab-remote-diverged")
    box.get_by_role("button", name="Look at the difference").click()
    comparison = book.page.locator(".nbmv-Lab-comparison:visible")
    expect(comparison.get_by_text("warmer")).to_be_visible()
    box.get_by_role("button", name="Merge…").click()
    page = panel.get_by_role("region", name="Merge with origin")
    conflict = page.get_by_role("group", name="Both sides changed alpha")
    expect(conflict).to_be_visible()
    expect(page.get_by_role("button", name="Merge", exact=True)).to_have_attribute("aria-disabled", "true")
    book.shot("lab-remote-merge")
    conflict.get_by_role("radio", name=re.compile("Theirs")).check()
    expect(page.get_by_role("button", name="Merge", exact=True)).to_have_attribute("aria-disabled", "false")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_count(0)
    book.until("(alpha, rate)", (2, 0.9))
    head = open_repo(book.folder / ".nbmodelver").history.branches()["main"]
    assert (theirs.id in head.parents, len(head.parents)) == (True, 2)
    remote.get_by_role("button", name="Push").click()
    expect(remote.locator(".nbmv-outcome")).to_contain_text("Sent to origin")
    ben.pull()
    assert ben.repo.history.head.id == head.id
    no_errors(book)


def test_own_versions_are_kept_beside(shared):
    book, panel, ben = shared()
    ben.push({"alpha": 2, "rate": 0.9}, "warmer")
    book.run(2)
    place = opened(panel)
    place.get_by_role("button", name="Push").click()
    expect(place.locator(".nbmv-outcome")).to_contain_text("Nothing was sent")
    panel.get_by_role("tab", name="History").click()
    expect(row(panel, "v2")).to_have_count(2)
    book.shot("lab-remote-twins")
    panel.get_by_role("tab", name="Remotes").click()
    place.get_by_role("button", name="Keep mine beside…").click()
    name = panel.get_by_role("textbox", name="Name of the branch at origin")
    expect(name).to_have_value(re.compile("^main-"))
    name.fill("main-ana")
    name.press("Enter")
    expect(place.get_by_role("list", name="Branches at origin")).to_contain_text("main-ana")
    acts.fetch_from(ben.repo, acts.FetchRequest())
    assert set(ben.repo.history.tracked()) == {"origin/main", "origin/main-ana"}
    assert book.kernel("alpha") == 3


def test_a_lazy_version_is_loaded_by_a_rollback(open_notebook, tmp_path, server, request, no_errors):
    source, address = open_repo(tmp_path / "ben" / ".nbmodelver", create=True), tmp_path / "study"
    with mock.patch("nbmodelver.repo.commit.commit.author", return_value="ben"):
        source.commit({"alpha": 5, "table": list(range(5000))}, "from elsewhere")
    acts.add_remote(source, acts.AddRequest("origin", str(address)))
    acts.push_to(source, acts.PushRequest())
    folder = server.folder / re.sub(r"\W+", "-", request.node.name)
    lazy = acts.clone_from(acts.CloneRequest(str(address), folder, lazy=True)).repo
    (version,) = lazy.history.records.all()
    assert all(lazy.parts.is_elsewhere(group.recipe) for group in version.groups)
    book = open_notebook(LOAD)
    book.run(0)
    panel = book.open_panel()
    shown = row(panel, "v1")
    expect(shown).to_contain_text("at origin")
    expect(shown.get_by_title("Its values are at origin. They are loaded when needed.")).to_be_visible()
    book.shot("lab-remote-lazy")
    assert book.kernel("'alpha' in globals()") is False
    shown.click()
    panel.get_by_role("button", name="Roll back…").click()
    panel.get_by_role("region", name="Roll back").get_by_role("button", name="Roll back", exact=True).click()
    book.until("globals().get('alpha')", 5)
    assert book.kernel("(len(table), table[-1])") == (5000, 4999)
    no_errors(book)


@pytest.mark.parametrize("theme", THEMES)
def test_the_pages_are_accessible_and_fit(shared, theme):
    book, panel, ben = shared()
    ben.push({"alpha": 2, "rate": 0.9}, "a long message about what was changed in this version and why it was changed")
    book.run(2)
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    name = theme.replace("JupyterLab ", "").replace(" ", "-").lower()
    book.command("nbmodelver:pull")
    place = panel.get_by_role("region", name="Remotes")
    expect(place.get_by_role("group", name="main diverged")).to_be_visible()
    expect(place.locator(".nbmv-outcome")).to_be_visible()
    found = violations(book.page, "#nbmodelver-sidebar")
    wide = overflowing(book.page)
    book.shot(f"{name}-remotes")
    place.get_by_role("button", name="Merge…").click()
    expect(panel.get_by_role("group", name="Both sides changed alpha")).to_be_visible()
    found += violations(book.page, "#nbmodelver-sidebar")
    book.shot(f"{name}-merge")
    panel.get_by_role("button", name="Back", exact=True).click()
    panel.get_by_role("tab", name="History").click()
    expect(row(panel, "v2")).to_have_count(2)
    found += violations(book.page, "#nbmodelver-sidebar")
    wide += overflowing(book.page)
    book.shot(f"{name}-team-history")
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []
