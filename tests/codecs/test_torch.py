"""torch: a commit leaves no trace on the tensors, and what comes back can do what they could."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from nbmodelver.repo import open_repo

torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from pathlib import Path


def test_a_storage_can_be_resized_after_a_commit_and_after_a_load(tmp_path: Path) -> None:
    tensor = torch.arange(5000.0)
    layer = torch.nn.Linear(50, 50)
    repo = open_repo(tmp_path, create=True)
    repo.commit({"tensor": tensor, "layer": layer})
    assert tensor.untyped_storage().resizable()
    tensor.resize_(10_000)
    back = repo.load("HEAD")
    assert back["tensor"].untyped_storage().resizable()
    back["tensor"].resize_(10_000)
    assert torch.equal(back["tensor"][:5000], torch.arange(5000.0))
    assert back["layer"].weight.untyped_storage().resizable()


def test_an_empty_tensor_comes_back(tmp_path: Path) -> None:
    repo = open_repo(tmp_path, create=True)
    repo.commit({"none": torch.empty(0, 3), "zero": torch.zeros(())})
    back = repo.load("HEAD")
    assert back["none"].shape == (0, 3)
    assert back["zero"].item() == 0.0


def test_a_load_repeats_no_warnings_of_torch(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {
            "sparse": torch.eye(3).to_sparse_csr(),
            "small": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
        }
    repo = open_repo(tmp_path, create=True)
    repo.commit(made)
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            back = repo.load("HEAD")
    finally:
        torch.set_warn_always(False)
    assert torch.equal(back["sparse"].to_dense(), torch.eye(3))
    assert back["small"].dtype is torch.qint8
