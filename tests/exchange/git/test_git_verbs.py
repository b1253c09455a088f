"""The magics write a repository, and read one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.exchange.git.samples import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.shells import Shell


def test_a_session_leaves_as_a_repository_and_comes_in_elsewhere(
    shell: Shell, another, tmp_path: Path, tmp_path_factory
) -> None:
    shell.run("a = [1, 2, 3]")
    shell.run("%mv_commit -m one")
    shell.run("a = [1, 2, 4]")
    shell.run("%mv_commit -m two")
    shell.run("%mv_export --all study#iris --to dvc --dry-run")
    assert not (tmp_path / "study").exists()
    shell.run("%mv_export --all study#iris --to dvc")
    assert git(tmp_path / "study", "tag").split() == ["iris@v1.0.0", "iris@v2.0.0", "v1", "v2"]
    with another(tmp_path_factory.mktemp("elsewhere")) as other:
        other.run(f"%mv_import {tmp_path / 'study'} --from dvc")
        assert "imported 2 versions" in other.said
        other.run("%mv_rollback v2 --yes")
        assert other["a"] == [1, 2, 4]
