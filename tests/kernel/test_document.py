"""The notebook's path and document."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from nbmodelver.kernel import document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_session_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "study.ipynb"
    path.write_bytes(b'{"cells": []}')
    return path


@pytest.mark.parametrize("variable", ["__vsc_ipynb_file__", "__session__"])
def test_the_path_is_that_which_the_front_end_sent(notebook: Path, variable: str) -> None:
    assert document.path_of({variable: str(notebook)}) == notebook


def test_the_path_may_be_in_the_environment(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    assert document.path_of({}) == notebook


def test_a_file_that_is_elsewhere_is_looked_for_in_the_working_directory(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notebook.parent)
    assert document.path_of({"__session__": "/on/the/server/study.ipynb"}) == notebook


@pytest.mark.parametrize("sent", [None, "", "x.py", 7, "/nowhere/at all.ipynb"])
def test_what_is_no_notebook_file_is_no_path(sent: object) -> None:
    assert document.path_of({"__session__": sent}) is None


def test_a_missing_or_large_document_is_none(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert document.saved(notebook) == b'{"cells": []}'
    assert document.saved(None) is None
    assert document.saved(notebook.with_name("gone.ipynb")) is None
    monkeypatch.setattr(document, "MAX_BYTES", 3)
    assert document.saved(notebook) is None
    assert document.live("study.ipynb", {"cells": []}) is None


def test_a_document_of_the_page_is_the_json_that_a_save_would_write() -> None:
    found = document.live("folder/study.ipynb", {"cells": ["é\ud800"]})
    assert found is not None
    assert found.name == "study.ipynb"
    assert json.loads(found.data.decode("utf-8", "surrogatepass")) == {"cells": ["é\ud800"]}
    assert found.data.endswith(b"\n")


def test_the_newer_of_two_documents_counts(notebook: Path) -> None:
    received = document.LiveDocument("study.ipynb", b"of the page", received_s=1000)
    os.utime(notebook, (500, 500))
    assert document.latest(notebook, received) == b"of the page"
    os.utime(notebook, (2000, 2000))
    assert document.latest(notebook, received) == b'{"cells": []}'
    assert document.latest(notebook, None) == b'{"cells": []}'
    assert document.latest(None, received) == b"of the page"
    assert document.latest(notebook.with_name("gone.ipynb"), received) == b"of the page"
    assert document.latest(None, None) is None
