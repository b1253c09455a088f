"""A bundle of a golden store has the same bytes on every Python that runs this.

What Parquet and zstd write depends on the releases of these libraries, so their members are left out.
Renew the list after a change of the format: `python -m tests.golden.test_bundle_bytes`.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

import nbmodelver as mv
from nbmodelver import bundle

HERE = Path(__file__).parent
MANIFEST = HERE / "bundle-manifest.txt"
OTHERS = (".zst", ".parquet", "ro-crate-metadata.json")
"""The description has the hashes of all members."""


def manifest(folder: Path) -> str:
    """Write a bundle of one version of a golden store; return its manifest without members of libraries."""
    shutil.copytree(HERE / "store-2", folder / "store")
    repo = mv.open(folder / "store")
    path = bundle.write(repo, "v300", folder / "golden.nbmv.zip")
    with zipfile.ZipFile(path) as made:
        lines = made.read("manifest-sha256.txt").decode().splitlines()
    return "\n".join(line for line in lines if not line.endswith(OTHERS)) + "\n"


def test_the_bytes_are_those_of_another_python(tmp_path: Path) -> None:
    assert manifest(tmp_path) == MANIFEST.read_text(encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        MANIFEST.write_text(manifest(Path(scratch)), encoding="utf-8")
