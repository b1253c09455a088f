"""What is shipped: wheel and sdist install without Node, JupyterLab finds the plugin, the bundles are small."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib import util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "nbmodelver" / "labextension"
STATIC = ROOT / "nbmodelver" / "static"
KILOBYTE = 1000

spec = util.spec_from_file_location("hatch_build", ROOT / "labextension" / "hatch_build.py")
assert spec
assert spec.loader
hatch_build = util.module_from_spec(spec)
spec.loader.exec_module(hatch_build)

built = pytest.mark.skipif(
    not hatch_build.is_built() and os.environ.get("NBMODELVER_FRONTEND") != "required",
    reason="the front-end is not built, or not of these sources: make frontend",
)


def run(*command: str | Path, cwd: Path, path: str | None = None) -> str:
    """What the command says; path: the PATH it runs with."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))}
    env = {**env, "PATH": path} if path is not None else env
    done = subprocess.run(
        [str(c) for c in command], env=env, capture_output=True, text=True, timeout=600, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def without_node(tmp_path_factory):
    """A PATH with what an installation needs besides Python: nothing, and no Node."""
    folder = tmp_path_factory.mktemp("bin")
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent)])
    assert not shutil.which("node", path=path)
    assert not shutil.which("npm", path=path)
    return path


@pytest.fixture(scope="module")
def archives(tmp_path_factory, without_node):
    """The wheel made in the checkout, the sdist, and the wheel made from that sdist; the bundles are built already."""
    out = tmp_path_factory.mktemp("dist")
    run(
        sys.executable, "-m", "build", "--outdir", out / "both", cwd=ROOT, path=without_node
    )  # the sdist, and a wheel from it
    run(sys.executable, "-m", "build", "--wheel", "--outdir", out / "here", cwd=ROOT, path=without_node)
    (sdist,) = (out / "both").glob("*.tar.gz")
    (from_sdist,) = (out / "both").glob("*.whl")
    (from_checkout,) = (out / "here").glob("*.whl")
    return {"sdist": sdist, "wheel": from_checkout, "wheel of the sdist": from_sdist}


def files(wheel):
    with zipfile.ZipFile(wheel) as opened:
        return {info.filename: info.CRC for info in opened.infolist() if not info.filename.endswith("/RECORD")}


@built
@pytest.mark.slow
def test_the_wheel_of_the_sdist_is_that_of_the_checkout(archives):
    assert files(archives["wheel of the sdist"]) == files(archives["wheel"])


@built
@pytest.mark.slow
@pytest.mark.parametrize("which", ["wheel", "sdist"])
def test_an_empty_environment_without_node_shows_the_plugin(which, archives, without_node, tmp_path):
    """Dependencies are lent by this environment, as a plain folder: what is installed here as editable is not seen."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--no-deps", archives[which], cwd=tmp_path, path=without_node)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")

    where = run(python, "-c", "import nbmodelver; print(nbmodelver.__file__)", cwd=tmp_path)
    assert str(tmp_path) in where
    listed = run(python, "-m", "jupyterlab.labextensions", "list", cwd=tmp_path, path=without_node)
    listed = re.sub(r"\x1b\[[0-9;]*m", "", listed)
    assert re.search(r"nbmodelver v\S+ enabled +OK \(python, nbmodelver\)", listed), listed
    cells = "get_ipython().run_line_magic('load_ext', 'nbmodelver'); get_ipython().run_line_magic('mv_init', '')"
    run(python, "-m", "IPython", "--no-banner", "-c", cells, cwd=tmp_path)
    assert (tmp_path / ".nbmodelver").is_dir()
    assert (site / "nbmodelver" / "static" / "widget.js").exists()


@built
def test_the_bundles_are_small(capsys):
    """Minified, as they are shipped."""
    widget = (STATIC / "widget.js").stat().st_size
    plugin = sum(f.stat().st_size for f in PLUGIN.rglob("*") if f.suffix in {".js", ".css"})
    with capsys.disabled():
        print(f"\nwidget {widget / KILOBYTE:.1f} kB, plugin {plugin / KILOBYTE:.1f} kB")
    assert widget < 150 * KILOBYTE
    assert plugin < 300 * KILOBYTE


@built
def test_the_bundles_make_no_code_of_text():
    """No eval, no Function from a string: a page whose policy forbids them shows the panel."""
    own = [STATIC / "widget.js", *(f for f in PLUGIN.rglob("*.js"))]
    for bundle in own:
        text = bundle.read_text(encoding="utf-8").replace('Function("return this")', "")  # never reached: globalThis is
        assert not re.search(r"\beval\(|\bnew Function\(|[^.\w]Function\(\"", text), bundle.name


@built
def test_the_plugin_is_the_one_of_this_release():
    package = json.loads((PLUGIN / "package.json").read_text(encoding="utf-8"))
    assert (
        package["version"]
        == json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))["version"]
    )
    assert f'version = "{package["version"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_no_lock_names_a_host_to_download_from():
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all(package.get("integrity") for name, package in lock["packages"].items() if name)
    plain = [{k: v for k, v in package.items() if k != "funding"} for package in lock["packages"].values()]
    assert "://" not in json.dumps(plain)
