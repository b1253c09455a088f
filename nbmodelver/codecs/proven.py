"""Libraries whose classes are known to load; docs/coverage.md has the table, and tests/fidelity runs it."""

from __future__ import annotations

import sys

PROVEN = frozenset({
    "numpy", "pandas", "scipy", "sklearn", "torch", "pyarrow", "polars", "matplotlib", "statsmodels", "patsy",
    "xgboost", "lightgbm", "catboost", "networkx", "xarray", "sympy", "joblib", "imblearn", "transformers",
    "tokenizers", "nbmodelver", "dateutil", "pytz", "attr", "plotly", "shapely", "geopandas", "optuna", "seaborn",
})  # fmt: skip
"""Root modules whose classes need no trial load."""


def is_proven(name: object) -> bool:
    """True for a module, or "module:name", of these libraries or of the standard library.

    >>> is_proven("sklearn.tree:DecisionTreeClassifier"), is_proven("__main__"), is_proven("feats:Scale")
    (True, False, False)
    """
    if not isinstance(name, str):
        return False
    root = name.partition(":")[0].partition(".")[0]
    if root == "__main__":
        return False
    return root.lstrip("_") in PROVEN or root in sys.stdlib_module_names
