"""The site builds without a warning and without a network, and has every page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LOADED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=\"((?:https?:)?//[^\"]+)\"")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. A warning of Sphinx (a broken link, a page without a place, a docstring) fails the build."""
    folder = tmp_path_factory.mktemp("site")
    build = ["sphinx", "-W", "--keep-going", "-q", "-d", folder / "doctrees", DOCS, folder / "html"]
    done = subprocess.run([sys.executable, "-m", *build], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


def test_every_page_of_the_docs_is_on_the_site(site: Path) -> None:
    pages = [page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")]
    assert [page for page in pages if not (site / page).exists()] == []


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    found = {url for page in site.rglob("*.html") for url in LOADED.findall(page.read_text("utf-8"))}
    assert found == set()


def test_no_marker_of_a_page_is_left_on_the_site(site: Path) -> None:
    left = re.compile(r"&lt;!-- (?:table|include|sections)|<!-- (?:table|include|sections)")
    assert [page.name for page in site.rglob("*.html") if left.search(page.read_text("utf-8"))] == []


def test_the_walks_of_the_architecture_are_pictures(site: Path) -> None:
    assert (site / "explanation" / "architecture.html").read_text("utf-8").count('<figure class="walk">') == 2


def test_the_settings_of_the_store_are_in_the_reference(site: Path) -> None:
    from nbmodelver.repo.core.settings import SETTINGS

    page = (site / "reference" / "settings.html").read_text("utf-8")
    assert [name for name in SETTINGS if name not in page] == []


def test_every_error_is_in_the_reference() -> None:
    from nbmodelver import errors

    page = (DOCS / "reference" / "errors.md").read_text("utf-8")
    names = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert [name for name in names if f"nbmodelver.errors.{name}\n" not in page] == []
