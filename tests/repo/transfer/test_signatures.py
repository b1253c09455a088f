"""A signed bundle names its signer; any change of it, and any wrong signature, is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import nbmodelver as mv
from nbmodelver import bundle
from nbmodelver.catalogue.events import keys
from nbmodelver.errors import BadBundle, UsageError
from nbmodelver.repo.core.signing import PinnedKeys
from nbmodelver.repo.transfer import signatures
from tests.bundle.samples import members_of, with_manifest, zipped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def signed(tmp_path: Path) -> tuple[keys.PrivateKey, Path]:
    repo = mv.open(tmp_path / "store", create=True)
    key = keys.new()
    return key, bundle.write(repo, repo.commit({"a": 1}), tmp_path / "x.nbmv.zip", key=key)


def test_the_signer_is_named_and_a_pinned_key_is_told_apart(signed: tuple[keys.PrivateKey, Path]) -> None:
    key, path = signed
    found = bundle.inspect(path)
    assert (found.is_signed, found.signer, found.is_pinned) == (True, key.public, False)
    PinnedKeys().add(key.public)
    try:
        assert bundle.inspect(path).is_pinned
    finally:
        PinnedKeys().remove(key.public)


def test_the_same_version_and_key_give_the_same_bytes(signed: tuple[keys.PrivateKey, Path], tmp_path: Path) -> None:
    key, path = signed
    repo = mv.open(tmp_path / "store")
    assert bundle.write(repo, repo["v1"], tmp_path / "y.zip", key=key).read_bytes() == path.read_bytes()


def test_a_signed_bundle_is_imported_and_extracted(signed: tuple[keys.PrivateKey, Path], tmp_path: Path) -> None:
    other = mv.open(tmp_path / "other", create=True)
    assert bundle.bring_in(other, signed[1]).version.names == ("a",)
    assert (bundle.extract(signed[1], tmp_path / "out").folder / "signature.json").is_file()


@pytest.mark.parametrize(
    "wrong", [b"", b"{}", b"[]", b'{"key": 1, "signature": ""}', b'{"key": "ed25519:AA", "signature": "AA=="}']
)
def test_a_malformed_signature_is_refused(signed: tuple[keys.PrivateKey, Path], tmp_path: Path, wrong: bytes) -> None:
    members = members_of(signed[1])
    members["signature.json"] = wrong
    (tmp_path / "bad.zip").write_bytes(zipped(members))
    with pytest.raises(BadBundle, match="signature"):
        bundle.inspect(tmp_path / "bad.zip")


def test_the_signature_of_another_content_is_refused(signed: tuple[keys.PrivateKey, Path], tmp_path: Path) -> None:
    members = members_of(signed[1])
    signature = members.pop("signature.json")
    members["README.md"] = b"changed"
    changed = {**with_manifest(members), "signature.json": signature}
    (tmp_path / "bad.zip").write_bytes(zipped(changed))
    with pytest.raises(BadBundle, match="not that of its content"):
        bundle.inspect(tmp_path / "bad.zip")


def test_a_signature_is_never_one_of_another_context(signed: tuple[keys.PrivateKey, Path]) -> None:
    key, _ = signed
    other = json.loads(signatures.signature_of(key, b"manifest"))
    assert keys.is_valid(key.public, signatures.base64.b64decode(other["signature"]), signatures.CONTEXT + b"manifest")
    assert not keys.is_valid(key.public, signatures.base64.b64decode(other["signature"]), b"manifest")


def test_without_a_key_the_way_to_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures.SigningKey, "private", lambda _self: None)
    with pytest.raises(UsageError) as caught:
        signatures.own_key()
    assert "%mv_policy key" in caught.value.hint
