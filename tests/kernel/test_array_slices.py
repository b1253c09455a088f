"""Stacks of images in a diff: the text and the HTML name the images that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.shells import Shell

pytest.importorskip("sklearn")


def test_a_diff_of_images_names_the_inserted_and_the_changed_one(shell: Shell) -> None:
    shell.run(
        "import numpy as np\n"
        "from sklearn.datasets import load_digits\n"
        "images = load_digits().images\n"
        "%mv_commit images\n"
        "images = np.concatenate([images[:10], np.full((1, 8, 8), 7.5), images[10:]])\n"
        "images[42, 3, 4] = 99\n"
        "%mv_commit images"
    )
    found = shell.run("%mv_diff v1 v2")
    for shown in (str(found), found._repr_html_()):
        assert "1,797 → 1,798 slices of 8 x 8 · 1,796 the same · 1 added · 1 changed" in shown
        assert "at 10" in shown
        assert "at 42" in shown
