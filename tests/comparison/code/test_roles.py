"""Roles of datasets: what cells did with them, else what their names state."""

from __future__ import annotations

import pytest

from nbmodelver.comparison.code.roles import combined, role_of_name, roles_in


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("X_train", "train"), ("y_train", "train"), ("train", "train"), ("df_trn", "train"), ("trainData", "train"),
        ("X_tr", "train"), ("train_df", "train"), ("X_val", "validation"), ("dev_set", "validation"),
        ("X_test", "test"), ("testSet", "test"), ("holdout", "test"), ("hold_out", "test"), ("X_test2", "test"),
        ("strain", None), ("latest", None), ("test_df_backup", None), ("y_pred_test", None), ("X_trainval", None),
        ("df", None), ("train_test", None), ("x", None), ("", None), ("model_train_time", None),
    ],
)  # fmt: skip
def test_names(name, role):
    assert role_of_name(name) == role


@pytest.mark.parametrize(
    ("source", "roles"),
    [
        ("model.fit(A, b)", {"A": ("train",)}),
        ("model = Model().fit(A[cols], b)", {"A": ("train",)}),
        ("clf.fit(scaler.fit_transform(A), b)", {"A": ("train",)}),
        ("clf.fit(X=A, y=b)", {"A": ("train",)}),
        ("clf.fit(df.drop(columns='y'), df.y)", {"df": ("train",)}),
        ("acc = clf.score(B, c)", {"B": ("test",)}),
        ("p = clf.predict(B)\nacc = accuracy_score(c, p)", {"B": ("test",)}),
        ("acc = accuracy_score(c, clf.predict(B))", {"B": ("test",)}),
        ("auc = roc_auc_score(c, clf.predict_proba(B)[:, 1])", {"B": ("test",)}),
        ("p = clf.predict(B)", {}),
        ("A, B = train_test_split(df)", {"A": ("train",), "B": ("test",)}),
        ("A, B, c, d = train_test_split(X, y)",
         {"A": ("train",), "B": ("test",), "c": ("train",), "d": ("test",)}),
        ("A, X_val = train_test_split(df)", {"A": ("train",), "X_val": ("validation",)}),
        ("m.fit(A, b, eval_set=[(C, d)])", {"A": ("train",), "C": ("validation",), "d": ("validation",)}),
        ("d = lgb.Dataset(A, b)", {"A": ("train",)}),
        ("loader = DataLoader(A, shuffle=True)", {"A": ("train",)}),
        ("loader = DataLoader(A)", {}),
        ("m.fit(A, b); m.score(A, b)", {"A": ("train", "test")}),
        ("x = 1", {}), ("fit(", {}),
        ("%%time\nm.fit(A)\n%mv_commit m", {"A": ("train",)}),
        ("%time -q m.fit(A)", {"A": ("train",)}),
        ("if x:\n    !fit\n    m.fit(A)", {"A": ("train",)}),
    ],
)  # fmt: skip
def test_cells(source, roles):
    assert roles_in([source]) == roles


def test_the_roles_of_several_cells_come_together():
    assert roles_in(["m.fit(A)", "m.score(A)", "m.score(B)"]) == {"A": ("train", "test"), "B": ("test",)}


def test_a_new_role_replaces_that_of_a_value_that_changed():
    new, before = {"A": ["test"], "B": ["test"]}, {"A": ["train"], "B": ["train"], "C": ["train"]}
    assert combined(new, before, ["A"]) == {"A": ("train", "test"), "B": ("test",), "C": ("train",)}
