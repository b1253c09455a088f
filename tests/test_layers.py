"""Imports run one way (docs/explanation/architecture.md), and the test that says so sees every way to import."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

import pytest

import nbmodelver

spec = util.spec_from_file_location("layers", Path(__file__).with_name("layers.py"))
assert spec
assert spec.loader
layers = util.module_from_spec(spec)
sys.modules[spec.name] = layers
spec.loader.exec_module(layers)


def test_no_import_crosses_a_border():
    assert layers.crossings(Path(nbmodelver.__file__).parent) == []


def test_no_files_import_each_other_in_a_circle():
    assert layers.circles(Path(nbmodelver.__file__).parent) == []


def test_a_circle_is_found_where_an_import_is_for_types_only(tmp_path):
    package = tmp_path / "nbmodelver"
    (package / "repo").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "repo" / "__init__.py").write_text("")
    (package / "repo" / "a.py").write_text("from nbmodelver.repo import b\n")
    (package / "repo" / "b.py").write_text("if TYPE_CHECKING:\n    from nbmodelver.repo.a import A\n")
    (package / "repo" / "c.py").write_text("def f():\n    from nbmodelver.repo.a import A\n")
    assert layers.circles(package) == [["nbmodelver.repo.a", "nbmodelver.repo.b"]]


def crossing(tmp_path, place, source):
    """What the tester says about one file in an otherwise empty package."""
    file = tmp_path / "nbmodelver" / place
    file.parent.mkdir(parents=True)
    file.write_text(source)
    return layers.crossings(tmp_path / "nbmodelver")


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("extension.py", "from nbmodelver.views import log\nimport IPython\nfrom nbmodelver import repo"),
        ("repo/inspect/diff.py", "from nbmodelver.repo.core.names import steps\nfrom nbmodelver.repo.inspect import x"),
        (
            "comparison/leaks/a.py",
            "from nbmodelver.comparison.rows import matching\nfrom nbmodelver.comparison.chance import c",
        ),
        ("comparison/contributors.py", "from nbmodelver.comparison.models import trees"),
        ("panels/server.py", "from nbmodelver.kernel.session import Session"),
        ("cli.py", "from nbmodelver.verbs import parse\nimport nbmodelver.bundle.write"),
        ("repo.py", "from nbmodelver.store import packs\nfrom nbmodelver.kinds import classify"),
        ("store/packs.py", "import os, zstandard\nfrom nbmodelver.errors import StoreFull\nfrom .index import Index"),
        ("store/lanes.py", "import numpy as np"),
        ("codecs/pandas.py", "import pandas.core\n"),
        ("codecs/graph.py", "def f():\n    from nbmodelver.codecs.pandas import decode\n"),
        ("codecs/graph.py", "if TYPE_CHECKING:\n    from nbmodelver.codecs import pandas\n"),
        ("kinds/torch.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n"),
        ("catalogue/records.py", "import zstandard, tinydb, blake3"),
        ("catalogue/storage.py", "from nbmodelver import system"),
        ("system/windows.py", "from nbmodelver.system.protocol import Folder"),
        ("views/log.py", "from nbmodelver.model import Version\nfrom nbmodelver.views.text import cut\nimport wcwidth"),
        ("views/a/b.py", "from ..text import cut\nfrom nbmodelver import __version__"),
        ("__init__.py", "def f():\n    from nbmodelver.kernel import load"),
    ],
)
def test_what_the_design_allows_passes(tmp_path, place, source):
    assert crossing(tmp_path, place, source) == []


@pytest.mark.parametrize(
    ("place", "source", "says"),
    [
        ("views/log.py", "from nbmodelver.repo import open", "views imports repo"),
        ("repo/inspect/diff.py", "from nbmodelver.repo.repo import Repo", "repo/inspect imports repo.repo"),
        ("repo/core/history.py", "from nbmodelver.repo.commit import context", "repo/core imports repo.commit"),
        ("repo/commit/commit.py", "from nbmodelver.repo import Repo", "repo/commit imports repo"),
        (
            "comparison/tables/a.py",
            "from nbmodelver.comparison.rows import b",
            "may know chance",
        ),
        (
            "comparison/rows/a.py",
            "from nbmodelver.comparison.leaks.b import c",
            "may know chance",
        ),
        (
            "comparison/code/a.py",
            "from nbmodelver.comparison.versions import b",
            "imports comparison.versions",
        ),
        ("comparison/rows/a.py", "from nbmodelver.comparison import compare", "comparison/rows imports comparison"),
        ("comparison/other/a.py", "from nbmodelver.model import Row", "comparison/other is not in the layout"),
        ("kernel/cells.py", "from nbmodelver.panels import entries", "kernel imports panels"),
        ("views/log.py", "from nbmodelver import kernel", "views imports kernel"),
        ("views/log.py", "import nbmodelver", "views imports __init__"),
        ("views/log.py", "from ..repo import open", "views imports repo"),
        ("views/log.py", "from .. import repo", "views imports repo"),
        ("views/log.py", "from IPython.display import HTML", "IPython is at home in extension, kernel, panels"),
        ("store/packs.py", "from nbmodelver.codecs import recipe", "store imports codecs"),
        ("store/packs.py", "def f():\n    from nbmodelver.catalogue import records", "store imports catalogue"),
        ("store/packs.py", "import numpy", "numpy is at home in"),
        ("store/packs.py", "import pandas", "pandas is at home in"),
        ("codecs/graph.py", "if TYPE_CHECKING:\n    from nbmodelver.store import Store", "codecs imports store"),
        ("codecs/graph.py", "from importlib import import_module\nimport_module('nbmodelver.store.packs')", "store"),
        ("codecs/graph.py", "import_module(f'nbmodelver.kinds.{x}')", "codecs imports kinds"),
        ("codecs/graph.py", "def f():\n    import torch", "torch is at home in codecs/torch.py"),
        ("codecs/graph.py", "from nbmodelver.codecs import torch", "before a value of torch turned up"),
        ("codecs/graph.py", "import nbmodelver.codecs.torch", "before a value of torch turned up"),
        ("codecs/graph.py", "class A:\n    from nbmodelver.codecs.torch import x", "before a value of torch"),
        ("codecs/graph.py", "try:\n    from .torch import x\nexcept ImportError:\n    pass", "before a value"),
        ("kinds/torch.py", "def f():\n    import pandas", "pandas is at home in"),
        ("bundle/write.py", "from nbmodelver.store import packs", "bundle imports store"),
        ("repo.py", "from nbmodelver.views import log", "repo imports views"),
        ("repo.py", "import nbmodelver.extension", "repo imports extension"),
        ("model.py", "from nbmodelver.repo import x", "model imports repo"),
        ("errors.py", "from nbmodelver.model import x", "errors imports model"),
        ("errors.py", "from nbmodelver import system", "errors imports system"),
        ("model.py", "from nbmodelver import system", "model imports system"),
        ("system/posix.py", "from nbmodelver.errors import StoreError", "system imports errors"),
        ("system/windows.py", "from nbmodelver.store import locks", "system imports store"),
        ("verbs/parse.py", "from nbmodelver.repo import x", "verbs imports repo"),
        ("extension.py", "from nbmodelver.store import packs", "extension imports store"),
        ("extension.py", "import requests", "requests has no home yet"),
        ("extension.py", "import ipywidgets", "ipywidgets is at home in views"),
        ("helpers.py", "import nbmodelver.views", "helpers is not in the layout"),
    ],
)
def test_a_crossing_is_named(tmp_path, place, source, says):
    found = crossing(tmp_path, place, source)
    assert len(found) == 1
    assert says in found[0]
    assert found[0].startswith(f"{place}:")
