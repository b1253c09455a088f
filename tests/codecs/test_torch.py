"""torch: a commit leaves no trace on the tensors, and what comes back can do what they could."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest

from nbmodelver.repo import open_repo
from nbmodelver.testing.codecs import Sample, ViewContract

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


def _linear() -> Any:
    torch.manual_seed(0)
    return torch.nn.Linear(2, 1)


class TestContract(ViewContract):
    samples = (
        Sample("a tensor", lambda: torch.arange(6.0).reshape(2, 3), view=lambda t: t[1]),
        Sample("a parameter", lambda: torch.nn.Parameter(torch.ones(3)), plain=False),
        Sample("a module", _linear, plain=False),
        Sample("a dtype", lambda: torch.float16, links=False),
        Sample("a device", lambda: torch.device("cpu"), identity=False, links=False),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        if isinstance(a, torch.nn.Module):
            return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
        return bool(torch.equal(a, b)) if isinstance(a, torch.Tensor) else bool(a == b)

    def shares_memory(self, a: Any, b: Any) -> bool:
        return bool(a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr())
