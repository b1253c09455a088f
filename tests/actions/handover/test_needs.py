"""What a model needs elsewhere: the recorded releases, never those of this environment for what was recorded."""

from __future__ import annotations

import platform
from importlib import metadata

from nbmodelver.actions.handover.needs import SERVER, needs_of, requirements

RECORDED = {
    "python": "3.12.1", "system": "Linux", "machine": "x86_64",
    "packages": {"scikit-learn": "1.5.0", "pandas": "2.2.0", "torch": "2.13.0+cpu", "pip": "24.0", "numpy": "1.26.0"},
}  # fmt: skip


def test_recorded_releases_are_pinned() -> None:
    found = needs_of(RECORDED, ["sklearn.svm.SVC", "torch.nn.Linear", "builtins.dict"], ["pandas"])
    assert found.packages == {"pandas": "2.2.0", "scikit-learn": "1.5.0", "torch": "2.13.0"}
    assert (found.python, found.is_recorded, found.pip) == ("3.12.1", True, "24.0")
    assert requirements(found.packages) == "pandas==2.2.0\nscikit-learn==1.5.0\ntorch==2.13.0\n"
    assert found.served == {**SERVER, **found.packages}
    assert list(found.served) == sorted(found.served)
    assert found.unpinned == ()


def test_what_came_with_the_export_has_the_installed_release() -> None:
    found = needs_of(RECORDED, [], ["pytest", "not-installed-anywhere"])
    assert found.packages == {"not-installed-anywhere": "", "pytest": metadata.version("pytest")}
    assert found.unpinned == ("not-installed-anywhere",)
    assert requirements(found.packages).startswith("not-installed-anywhere\npytest==")


def test_a_version_without_an_environment_has_this_python_and_says_so() -> None:
    found = needs_of({}, ["sklearn.svm.SVC"], [])
    assert (found.python, found.is_recorded, found.packages) == (platform.python_version(), False, {})
