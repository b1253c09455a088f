"""A stamp, a file or an object leads back to the version with its data, approvals and deployments."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from nbmodelver.actions import transfer
from nbmodelver.errors import UnknownModel, UnknownVersion
from nbmodelver.registry import approvals, deployments, reading, tracing
from tests.registry.samples import GRACE, acting, on_disk, promoted, three, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stamp_leads_to_everything_that_is_known():
    repo = three()
    approvals.state(acting(repo, GRACE), "churn/1.0.0", "production", "approve", "read")
    promoted(repo, "1.0.0")
    deployments.deploy(repo, deployments.DeployRequest("churn@production", "eu", "go"))
    promoted(repo, "2.0.0")
    found = tracing.trace(repo, reading.resolve(repo, "churn/1.0.0").stamp)
    assert (found.version.name, found.registered[0].address, found.data) == ("v1", "churn/1.0.0", ("rows",))
    assert [(label, bool(h.until_utc)) for label, h in found.held] == [("churn@production", True)]
    assert [a.by for a in found.approvals] == ["Grace"]
    assert [d.place for d in found.deployments] == ["eu"]
    assert found.environment["python"]
    assert found.not_known
    assert tracing.as_json(found)["deployments"]


def test_a_stamp_of_another_store_is_not_mistaken():
    with pytest.raises(UnknownModel, match="another content"):
        tracing.trace(three(), "churn/1.0.0+0123456789abcdef")


def test_an_object_in_memory_is_found_by_its_content():
    repo = three()
    loaded = repo.load("v2", "clf")["clf"]
    assert tracing.of_value(repo, "clf", tree(3)).version.name == "v2"
    assert tracing.of_value(repo, "served", loaded).version.name == "v2"
    # By pickle: a deep copy of the nodes of a tree leaves the padding between their fields to chance.
    assert tracing.of_value(repo, "copied", pickle.loads(pickle.dumps(loaded))).version.name == "v2"
    with pytest.raises(UnknownVersion, match="no version holds the content of 'clf'"):
        tracing.of_value(repo, "clf", tree(5, seed=9))


def test_an_exported_file_is_found_by_its_content(tmp_path: Path):
    repo = three(on_disk(tmp_path))
    done = transfer.export(repo, transfer.ExportRequest("v2", str(tmp_path / "out.nbmv.zip")))
    moved = tmp_path / "renamed.zip"
    done.path.rename(moved)
    assert tracing.trace(repo, str(moved)).version.name == "v2"
    moved.write_bytes(moved.read_bytes() + b"x")
    with pytest.raises((UnknownModel, UnknownVersion)):
        tracing.trace(repo, str(moved))


def test_a_purged_version_is_traced_to_its_replacement():
    repo = three()
    promoted(repo, "1.0.0")
    stamp = reading.resolve(repo, "churn/1.0.0").stamp
    repo.purge("rows")
    found = tracing.trace(repo, stamp)
    assert (found.version.name, found.data, found.registered[0].address) == ("v1", (), "churn/1.0.0")
