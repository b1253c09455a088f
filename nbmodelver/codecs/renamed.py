"""Names in pickles that other releases of a library wrote, and what they are called here.

nbmodelver itself writes no private name of a library; but what goes by a library's own pickling names what the library
says. Where a name moved, the pickle of one release would not load in the other. Nothing here imports one.
"""

from __future__ import annotations

import importlib.util

import numpy as np

_NUMPY_MODULES = ("numpy.core", "numpy._core")
"""What numpy 1 and 2 call the same modules. Either may be in a pickle; numpy 2 warns about each use of the old name,
and numpy 1.26 has only a few of the new ones.
"""

_NUMPY_HERE = _NUMPY_MODULES[np.lib.NumpyVersion(np.__version__) >= "2.0.0"]

_HOME = "nbmodelver.codecs.zones"
_STAND_INS: dict[tuple[str, str], tuple[str, str]] = {
    ("pytz", "_p"): (_HOME, "pickled_pytz"),
    ("pytz", "_UTC"): (_HOME, "pickled_pytz_utc"),
    ("pytz", "FixedOffset"): (_HOME, "pickled_pytz_offset"),
}
"""Functions of a library that may not be installed, and ours that give the nearest without it.

pandas 2 made zones of pytz, and nbmodelver pickled them until 2026-11; pandas 3 does not bring pytz.
"""


def current(module: str, name: str) -> tuple[str, str]:
    """Module and name under which to import here what a pickle calls `module`, `name`.

    >>> current("collections", "OrderedDict")
    ('collections', 'OrderedDict')
    """
    stand_in = _STAND_INS.get((module, name))
    if stand_in is not None and not _is_here(module):
        return stand_in
    for known in _NUMPY_MODULES:
        if module == known or module.startswith(f"{known}."):
            return _NUMPY_HERE + module.removeprefix(known), name
    if module == "_loss" and name.removeprefix("__pyx_unpickle_").startswith("Cy"):
        return "sklearn._loss._loss", name  # Compiled classes of scikit-learn < 1.6, which forgot their package.
    return module, name


def _is_here(root: str) -> bool:
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False
