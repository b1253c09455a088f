"""What the site adds to the Markdown pages, so that they stay plain Markdown on a Git host.

- `<!-- include: ../../FILE -->` as a page's first line: the page shows that file of the repository. The rest of the
  page is what a reader on a Git host sees. A notebook becomes Markdown, see tutorials.py.
- `<!-- sections: ../../FILE: First, Second -->` in a page: these sections of the file stand here.
- `<!-- table: settings -->` and `<!-- table: commands -->`: a table that is made from the code.
- A link to a file of the repository leads to its page on the site; where it has none, the path is shown as text.
- A page named index.md lists its pages: each link that begins an item or a row of a table is part of the navigation,
  under the heading where it stands.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tables
import tutorials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INCLUDE = re.compile(r"<!-- include: (\S+) -->")
SECTIONS = re.compile(r"<!-- sections: (\S+): (.+) -->")
TABLE = re.compile(r"<!-- table: (\w+) -->")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]+)\]\((?P<path>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")
ENTRY = re.compile(r"^(?:## (?P<caption>.+)|(?:[-*] |\| )\[[^\]]+\]\((?P<page>[^)#:\s]+\.md)\))", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("source-read", read)
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True}


def read(_app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the text of a page by what Sphinx has to build."""
    source[0] = text_of(DOCS / f"{docname}.md", source[0])


def outdated(_app: Sphinx, env: Any, _added: set[str], _changed: set[str], _removed: set[str]) -> list[str]:
    """Pages that show another file, or the code, are always read again."""
    return [name for name in env.found_docs if _shows_another(DOCS / f"{name}.md")]


def _shows_another(page: Path) -> bool:
    text = page.read_text(encoding="utf-8")
    return bool(INCLUDE.match(text) or SECTIONS.search(text) or TABLE.search(text))


def text_of(page: Path, text: str) -> str:
    """The Markdown of a page as the site shows it."""
    place = page
    if match := INCLUDE.match(text):
        place = (page.parent / match[1]).resolve()
        text = tutorials.markdown(place) if place.suffix == ".ipynb" else place.read_text(encoding="utf-8")
    navigation = "".join(_navigation(text)) if page.name == "index.md" else ""
    text = SECTIONS.sub(lambda asked: _sections(page, asked), _with_links(text, place))
    return TABLE.sub(lambda table: tables.TABLES[table[1]](), text) + navigation


def _with_links(text: str, place: Path) -> str:
    """The text of a file at `place` with links that the site can follow."""
    pieces = FENCE.split(text)  # every second piece is a block of code
    pieces[::2] = [LINK.sub(lambda link: _linked(link, place), piece) for piece in pieces[::2]]
    return "".join(pieces)


def _sections(page: Path, asked: re.Match[str]) -> str:
    """Sections of another file. Raises KeyError for one that it does not have."""
    place = (page.parent / asked[1]).resolve()
    _, *parts = re.split(r"^(?=## )", place.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {part.partition("\n")[0].removeprefix("## "): part for part in parts}
    return _with_links("\n".join(found[name.strip()] for name in asked[2].split(",")), place)


def _navigation(text: str) -> Iterator[str]:
    """The toctrees of the pages that an index lists, one for each heading; shown beside the text, not in it."""
    found: dict[str, list[str]] = {}
    caption = ""
    for entry in ENTRY.finditer(text):
        caption = entry["caption"] or caption
        if entry["page"]:
            found.setdefault(caption, []).append(entry["page"])
    for heading, pages in found.items():
        shown_as = f":caption: {heading}\n" if len(found) > 1 else ""
        yield f"\n\n```{{toctree}}\n:hidden:\n{shown_as}\n" + "".join(f"{page}\n" for page in pages) + "```\n"


def _linked(link: re.Match[str], place: Path) -> str:
    """A link of a file at `place`, as the site can follow it."""
    target = (place.parent / link["path"]).resolve()
    anchor = link["anchor"] or ""
    if link["image"]:
        return link[0] if target.is_relative_to(DOCS) and place.is_relative_to(DOCS) else _image(link, target)
    if target in shown():
        return f"[{link['text']}](/{shown()[target]}{anchor})"
    if target.is_relative_to(DOCS):
        return f"[{link['text']}](/{target.relative_to(DOCS).as_posix()}{anchor})"
    if target.exists() and target.is_relative_to(ROOT):
        path = target.relative_to(ROOT).as_posix()
        return link["text"] if path in link["text"] else f"{link['text']} (`{path}`)"
    return link[0]  # a broken link: Sphinx says so


def _image(link: re.Match[str], target: Path) -> str:
    return f"![{link['text']}](/{os.path.relpath(target, DOCS)})"


_SHOWN: dict[Path, str] = {}


def shown() -> dict[Path, str]:
    """Each file of the repository that a page shows -> that page, from the folder docs."""
    if not _SHOWN:
        for page in DOCS.rglob("*.md"):
            if match := INCLUDE.match(page.read_text(encoding="utf-8")):
                _SHOWN[(page.parent / match[1]).resolve()] = page.relative_to(DOCS).as_posix()
        _SHOWN[ROOT / "README.md"] = "index.md"
    return _SHOWN
