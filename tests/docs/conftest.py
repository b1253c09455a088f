"""The modules that build the site, which are no package: Sphinx finds them by a path, and so do these tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_site"))
