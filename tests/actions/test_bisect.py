"""`bisect` reports each test, and can be interrupted."""

from __future__ import annotations

import pytest

import nbmodelver as mv
from nbmodelver.actions.bisect import BisectRequest, bisect


def test_progress_names_each_version_and_an_interrupt_ends_the_search(tmp_path):
    repo = mv.open(tmp_path, create=True)
    for value in range(9):
        repo.commit({"data": [value] * 60})
    said = []
    bisect(repo, BisectRequest("v1", "HEAD", "data[0] < 5"), lambda _done, _total, what: said.append(what))
    assert said[:3] == ["v1 is good", "v9 is bad", "v5 is good"]

    def stop(*_args):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bisect(repo, BisectRequest("v1", "HEAD", "data[0] < 5"), stop)
