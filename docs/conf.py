"""The configuration of the site that `make docs` builds. It reads no network and needs no notebook to be run."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_site"))
sys.path.insert(0, str(DOCS.parent))  # the package of this checkout, also where another one is installed

from nbmodelver import __version__  # noqa: E402

project = "nbmodelver"
author = "The nbmodelver founders"
copyright = "The nbmodelver founders, Apache 2.0"  # noqa: A001  # Sphinx gives this name
version = release = __version__

myst_enable_extensions = ["attrs_block"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "pages", "docstrings", "walks"]
exclude_patterns = ["_site", "_static"]
nitpicky = True
smartquotes = False
highlight_language = "none"
nitpick_ignore_regex = [
    ("py:.*", r"(?!nbmodelver\.).*"),  # other libraries: nothing is fetched to find their names
    ("py:class", r"nbmodelver\.model\.(versions\.)?(ObjectId|VersionId)"),
    ("py:class", r"nbmodelver\.(catalogue|repo\.\w+)\..*"),  # types in signatures that have no entry of their own
]

myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = ["myst.header"]  # a page that is included from elsewhere begins with its own heading

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False}
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = f"nbmodelver {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "nbmodelver"},
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
