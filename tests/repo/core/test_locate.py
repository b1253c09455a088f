"""Where a notebook lies, said the same way on every system."""

import ntpath
import posixpath

import pytest

from nbmodelver.repo.core import locate


@pytest.mark.parametrize(
    ("path", "folder", "rules", "seen"),
    [
        ("/study/a/x.ipynb", "/study/.nbmodelver", posixpath, "../a/x.ipynb"),
        ("C:\\study\\a\\x.ipynb", "c:\\Study\\.nbmodelver", ntpath, "../a/x.ipynb"),
        ("D:\\a\\x.ipynb", "C:\\study\\.nbmodelver", ntpath, "D:/a/x.ipynb"),
    ],
)
def test_a_notebook_is_seen_from_its_store_the_same_way_on_every_system(path, folder, rules, seen):
    assert locate.seen_from(path, folder, rules) == seen
