"""nbmodelver: git for what lives in the kernel.

In a notebook: `%load_ext nbmodelver`, then `%mv_commit`, `%mv_log`, `%mv_rollback v1`. In a script:

    import nbmodelver as mv
    repo = mv.open("study/.nbmodelver", create=True)
    version = repo.commit({"df": df, "model": model}, message="deeper")

Importing this costs almost nothing: everything is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.release import __version__

if TYPE_CHECKING:
    from nbmodelver.registry.loading import load
    from nbmodelver.repo import open_repo as open  # noqa: A004  # `mv.open` reads best, and nothing here opens files

__all__ = ["__version__", "load", "load_ipython_extension", "open", "unload_ipython_extension"]

FOLDERS = ("bundle", "remote")
"""Folders of the package that have the name of a verb. The functions of these verbs are `bundle_` and `remote_`."""


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext nbmodelver`."""
    from nbmodelver import extension

    extension.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext nbmodelver`."""
    from nbmodelver import extension

    extension.unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Return the folder in which JupyterLab's tools find the built plugin of a checkout."""
    return [{"src": "labextension", "dest": "nbmodelver"}]


def __getattr__(name: str) -> Any:
    if name == "open":
        from nbmodelver.repo import open_repo

        return open_repo
    if name == "load":
        from nbmodelver.registry.loading import load

        return load
    from nbmodelver.verbs import VERBS

    if name.rstrip("_") not in VERBS or name in FOLDERS:
        raise AttributeError(f"module 'nbmodelver' has no attribute {name!r}")
    from nbmodelver.extension import function

    return function(name.rstrip("_"))
