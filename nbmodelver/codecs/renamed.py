"""Maps names in pickles of other library releases to the names in the installed release.

nbmodelver writes no private names of libraries, but the pickling of a library itself may. If a name has moved, a pickle
of one release would not load in the other. This module imports no library.
"""

from __future__ import annotations

import importlib.util

import numpy as np

_NUMPY_MODULES = ("numpy.core", "numpy._core")
"""Names of the same modules in numpy 1 and 2.

Both occur in pickles. numpy 2 warns about each use of the old name, and numpy 1.26 has only a few of the new ones.
"""

_NUMPY_HERE = _NUMPY_MODULES[np.lib.NumpyVersion(np.__version__) >= "2.0.0"]

_HOME = "nbmodelver.codecs.zones"
_STAND_INS: dict[tuple[str, str], tuple[str, str]] = {
    ("pytz", "_p"): (_HOME, "pickled_pytz"),
    ("pytz", "_UTC"): (_HOME, "pickled_pytz_utc"),
    ("pytz", "FixedOffset"): (_HOME, "pickled_pytz_offset"),
}
"""Functions of a library that may be missing -> our replacement for them.

pandas 2 made zones of pytz, and nbmodelver pickled them until 2026-11; pandas 3 does not depend on pytz.
"""


def current(module: str, name: str) -> tuple[str, str]:
    """The module and name from which to import what a pickle calls `module`, `name`.

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
        return "sklearn._loss._loss", name  # Compiled classes of scikit-learn < 1.6 lack their package name.
    return module, name


def _is_here(root: str) -> bool:
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False
