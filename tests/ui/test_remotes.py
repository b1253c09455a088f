"""Remotes in JupyterLab: push, pull, a conflict that clicks merge, and a lazy version, proven by kernel and stores.

Ana works in the notebook. Ben has a store of his own, which the test uses directly. Both share a folder.
"""

from __future__ import annotations

import re
from unittest import mock

import pyrage
import pytest
from playwright.sync_api import expect

from nbmodelver.actions import remote_transfers as transfers
from nbmodelver.actions import remotes as acts
from nbmodelver.remote.outgoing import PushOptions
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
        self.repo = transfers.clone_from(transfers.CloneRequest(str(address), folder / "ben")).repo

    def push(self, values, message):
        with mock.patch("nbmodelver.repo.commit.commit.author", return_value="ben"):
            made = self.repo.commit(values, message)
        transfers.push_to(self.repo, transfers.PushRequest())
        return made

    def pull(self):
        transfers.pull_from(self.repo, transfers.PullRequest())


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
        transfers.push_to(own, transfers.PushRequest("", PushOptions(transfers.selection(["main"]))))
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
    expect(box).to_contain_text("1 version here, 1 at origin by ben")
    book.shot("lab-remote-diverged")
    box.get_by_role("button", name="Look at the difference").click()
    comparison = book.page.locator(".nbmv-Lab-comparison:visible")
    expect(comparison.get_by_text("warmer")).to_be_visible()
    box.get_by_role("button", name="Merge…").click()
    page = panel.get_by_role("region", name="Merge with origin")
    conflict = page.get_by_role("group", name="Both sides changed alpha")
    expect(conflict.get_by_role("row")).to_have_text(["before1", "mine3", "theirs2"])
    expect(page.get_by_text("rate: as in v2, by ben")).to_be_visible()
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


MODEL = """\
from sklearn.tree import DecisionTreeClassifier
model = DecisionTreeClassifier(max_depth=2).fit([[1], [2], [3], [4]], [0, 1, 0, 1])
%mv_commit -m model"""


def test_a_model_of_a_colleague_is_merged_after_a_tick_that_trusts_it(shared, no_errors):
    from sklearn.tree import DecisionTreeClassifier

    book, panel, ben = shared(MODEL)
    book.run(4)
    transfers.push_to(open_repo(book.folder / ".nbmodelver"), transfers.PushRequest())
    ben.pull()
    deeper = DecisionTreeClassifier(max_depth=3).fit([[1], [2], [3], [4]], [0, 1, 0, 1])
    ben.push({"alpha": 1, "rate": 0.5, "model": deeper}, "deeper")
    book.run(2)
    book.command("nbmodelver:fetch")
    panel.get_by_role("region", name="origin").get_by_role("button", name="Merge…").click()
    page = panel.get_by_role("region", name="Merge with origin")
    expect(page.get_by_text("model: as in v3, by ben")).to_be_visible()
    trust = page.get_by_role("checkbox", name="Trust them, and load the values")
    expect(page.get_by_text("model: to load these values can run code of ben")).to_be_visible()
    merge = page.get_by_role("button", name="Merge", exact=True)
    merge.click()
    expect(page.locator(".nbmv-box-error")).to_contain_text("can only be rebuilt by pickle")
    book.shot("lab-remote-merge-refused")
    assert book.kernel("(alpha, model.max_depth)") == (3, 2)
    page.get_by_role("button", name="Trust them, and load the values").click()
    expect(trust).to_be_checked()
    expect(page.locator(".nbmv-box-error")).to_have_count(0)
    book.shot("lab-remote-merge-trust")
    merge.click()
    expect(page).to_have_count(0)
    book.until("(alpha, model.max_depth)", (3, 3))
    no_errors(book)


def test_both_models_of_a_conflict_are_described(shared):
    from sklearn.tree import DecisionTreeClassifier

    book, panel, ben = shared(MODEL, MODEL.replace("2)", "4)"))
    book.run(4)
    transfers.push_to(open_repo(book.folder / ".nbmodelver"), transfers.PushRequest())
    ben.pull()
    deeper = DecisionTreeClassifier(max_depth=3).fit([[1], [2], [3], [4]], [0, 1, 0, 1])
    ben.push({"alpha": 1, "rate": 0.5, "model": deeper}, "deeper")
    book.run(5)
    book.command("nbmodelver:fetch")
    panel.get_by_role("region", name="origin").get_by_role("button", name="Merge…").click()
    conflict = panel.get_by_role("group", name="Both sides changed model")
    expect(conflict.get_by_role("row", name=re.compile("^theirs"))).to_contain_text("DecisionTreeClassifier · 1.9 kB")
    assert overflowing(book.page) == []
    book.shot("lab-remote-merge-models")
    panel.get_by_role("checkbox", name="Trust them, and load the values").check()
    conflict.get_by_role("radio", name=re.compile("Theirs")).check()
    merge = panel.get_by_role("button", name="Merge", exact=True)
    expect(merge).to_have_attribute("aria-disabled", "false")
    merge.click()
    book.until("model.max_depth", 3)


def test_a_version_with_a_secret_is_sent_only_after_a_click_that_names_it(shared, no_errors):
    token = "hunter2-hunter2-hunter2"  # not a secret of anybody
    book, panel, ben = shared(
        f"alpha = 5\n%mv_commit -m 'with {token}'", f"import os\nos.environ['API_TOKEN'] = '{token}'"
    )
    book.run(4, 5)
    remote = opened(panel).get_by_role("region", name="origin")
    remote.get_by_role("button", name="Push").click()
    refused = remote.locator(".nbmv-box-error")
    expect(refused).to_contain_text("Nothing was sent: v2 may hold a secret")
    expect(refused.get_by_role("listitem").first).to_have_text(
        "its message: it contains the value of the environment variable API_TOKEN"
    )
    book.shot("lab-remote-secret")
    assert violations(book.page, "#nbmodelver-sidebar") == []
    refused.get_by_role("button", name="Send v2 nevertheless").click()
    expect(remote.locator(".nbmv-outcome")).to_contain_text("Sent to origin: v2")
    ben.pull()
    assert ben.repo.load("HEAD", "alpha") == {"alpha": 5}
    no_errors(book)


def test_an_encrypted_remote_is_added_and_shared(study, no_errors):
    book, panel = study()
    place, folder = opened(panel), book.folder / "team" / "study"
    place.get_by_role("button", name="Add a remote…").click()
    form = panel.get_by_role("form", name="Add a remote")
    form.get_by_role("textbox", name="Address").fill(str(folder))
    form.get_by_role("checkbox", name="Encrypt what is sent (age)").check()
    book.shot("lab-remote-form-encrypted")
    form.get_by_role("button", name="Add", exact=True).click()
    book.noticed(r"encrypted remote origin added; keep a copy of .*encryption-key\.json")
    remote = place.get_by_role("region", name="origin")
    expect(remote.get_by_text("encrypted", exact=True)).to_be_visible()
    book.shot("lab-remote-encrypted")
    remote.get_by_role("button", name="Push").click()
    expect(remote.locator(".nbmv-outcome")).to_contain_text("Sent to origin: v1")
    assert b"first" not in b"".join(f.read_bytes() for f in folder.rglob("*") if f.is_file())
    remote.get_by_role("button", name="More about origin").click()
    panel.get_by_role("menuitem", name="Who can read it…").click()
    page = panel.get_by_role("form", name="Who can read origin")
    keys = page.get_by_role("list", name="Who can read origin").get_by_role("listitem")
    own = page.get_by_role("textbox", name="Your public key").input_value()
    expect(keys).to_have_text([re.compile(f"^{own}you$")])
    colleague = page.get_by_role("textbox", name="Public key of a colleague")
    expect(colleague).to_be_focused()
    colleague.fill("age1nobody")
    colleague.press("Enter")
    expect(page.locator(".nbmv-field-problem")).to_contain_text("is not a public key")
    book.shot("lab-remote-members-refused")
    key = str(pyrage.x25519.Identity.generate().to_public())
    colleague.fill(key)
    colleague.press("Enter")
    expect(keys).to_have_count(2)
    expect(keys.last).to_have_text(key)
    book.noticed("origin can be read with 2 keys")
    no_errors(book)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("theme", THEMES)
def test_who_can_read_a_remote_is_accessible_and_fits(study, theme, direction):
    book, panel = study()
    own = open_repo(book.folder / ".nbmodelver")
    acts.add_remote(own, acts.AddRequest("origin", str(book.folder / "team" / "study"), encrypt=True))
    name = theme.replace("JupyterLab ", "").replace(" ", "-").lower()
    book.command("apputils:change-theme", theme=theme)
    book.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    book.page.evaluate("dir => { document.documentElement.dir = dir; }", direction)
    place = opened(panel)
    place.get_by_role("button", name="More about origin").click()
    panel.get_by_role("menuitem", name="Who can read it…").click()
    expect(panel.get_by_role("textbox", name="Your public key")).to_be_visible()
    found, wide = violations(book.page, "#nbmodelver-sidebar"), overflowing(book.page)
    book.shot(f"{name}-{direction}-members")
    book.command("apputils:change-theme", theme="JupyterLab Light")  # the server remembers it for the next page
    assert found == []
    assert wide == []


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
    transfers.fetch_from(ben.repo, transfers.FetchRequest())
    assert set(ben.repo.history.tracked()) == {"origin/main", "origin/main-ana"}
    assert book.kernel("alpha") == 3


def test_a_lazy_version_is_loaded_by_a_rollback(open_notebook, tmp_path, server, request, no_errors):
    source, address = open_repo(tmp_path / "ben" / ".nbmodelver", create=True), tmp_path / "study"
    with mock.patch("nbmodelver.repo.commit.commit.author", return_value="ben"):
        source.commit({"alpha": 5, "table": list(range(5000))}, "from elsewhere")
    acts.add_remote(source, acts.AddRequest("origin", str(address)))
    transfers.push_to(source, transfers.PushRequest())
    folder = server.folder / re.sub(r"\W+", "-", request.node.name)
    lazy = transfers.clone_from(transfers.CloneRequest(str(address), folder, lazy=True)).repo
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
