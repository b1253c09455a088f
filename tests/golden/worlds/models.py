"""Models of scikit-learn, small and fitted without chance, and what each answers."""

from __future__ import annotations

from typing import Any


def models() -> dict[str, Any]:
    """Name -> fitted model; {} where scikit-learn is not installed."""
    try:
        import numpy as np
        from sklearn import compose, ensemble, linear_model, neighbors, pipeline, preprocessing, svm, tree
    except ImportError:
        return {}
    x, y = _data()
    scaled = pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVC(C=2.0))
    columns = compose.ColumnTransformer([("a", preprocessing.MinMaxScaler(), [0]), ("b", "passthrough", [1, 2])])
    found = {
        "model_linear": linear_model.Ridge(alpha=0.5),
        "model_logistic": linear_model.LogisticRegression(C=0.7),
        "model_tree": tree.DecisionTreeClassifier(max_depth=2, random_state=0),
        "model_forest": ensemble.RandomForestClassifier(2, max_depth=2, random_state=0),
        "model_boosted": ensemble.HistGradientBoostingClassifier(max_iter=2, max_depth=2, random_state=0),
        "model_neighbors": neighbors.KNeighborsClassifier(3),
        "model_pipeline": scaled,
        "model_columns": pipeline.make_pipeline(columns, linear_model.LogisticRegression()),
        "model_scaler": preprocessing.StandardScaler(),
        "model_encoder": preprocessing.OneHotEncoder(),
    }
    for name, model in found.items():
        model.fit((x > 0).astype(int) if name == "model_encoder" else x, y)
    assert isinstance(x, np.ndarray)
    return found


def answer(model: Any) -> str:
    """What a model gives for the data that it was fitted with, rounded: another release may differ in the last bits."""
    x, _ = _data()
    if hasattr(model, "predict"):
        return repr([round(float(v), 4) for v in model.predict(x)])
    given = (x > 0).astype(int) if type(model).__name__ == "OneHotEncoder" else x
    found = model.transform(given)
    found = found.toarray() if hasattr(found, "toarray") else found
    return repr([round(float(v), 4) for v in found.ravel()[:20]])


def _data() -> tuple[Any, Any]:
    import numpy as np

    x = np.column_stack([np.sin(np.arange(30.0) * k) for k in (1, 2, 3)])
    return x, (x[:, 0] + x[:, 1] > 0).astype(int)
