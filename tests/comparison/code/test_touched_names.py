"""The names that a statement may change in place."""

from __future__ import annotations

import ast

import pytest

from nbmodelver.comparison.code.touched_names import held_names, touched_names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("model.fit(X, y)", {"model"}),
        ("history = model.fit(X, y)", {"model"}),
        ("x = df.drop(columns='a')", set()),
        ("df.drop(columns='a', inplace=True)", {"df"}),
        ("x = df.drop(columns='a', inplace=False)", set()),
        ("items.append(x)", {"items"}),
        ("last = items.pop()", {"items"}),
        ("x = clean(df)", {"df"}),
        ("clean(df)", {"df"}),
        ("losses = train(net, loader)", {"net", "loader"}),
        ("booster = lgb.train(params, data)", set()),
        ("x = np.sort(a)", set()),
        ("np.random.shuffle(a)", {"a"}),
        ("net.to(device)", {"net"}),
        ("trainer.run(net)", {"trainer", "net"}),
        ("model.score(X, y)", set()),
        ("df.to_csv(path)", set()),
        ("p = Pipeline([('a', scaler)])", set()),
    ],
)
def test_what_is_probably_changed_is_found(line: str, names: set[str]) -> None:
    assert touched_names(ast.parse(line).body[0], {"np", "lgb"}) == names


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("opt = Adam(net.parameters(), lr=lr)", {"opt": {"net", "lr"}}),
        ("p = Pipeline([('a', scaler), ('b', clf)])", {"p": {"scaler", "clf"}}),
        ("p = make_pipeline(scaler)", {"p": {"scaler"}}),
        ("s = GridSearchCV(clf, {'C': grid}).fit(X, y)", {"s": {"clf", "grid"}}),
        ("x = f(net)", {}),
        ("x = y = Adam(net)", {}),
    ],
)
def test_an_object_may_hold_those_it_was_made_with(line: str, held: dict[str, set[str]]) -> None:
    assert held_names(ast.parse(line).body[0]) == held


def test_data_is_not_changed_by_a_function_whose_result_is_used() -> None:
    known = {"train"}.__contains__
    assert touched_names(ast.parse("model = fit(train, net)").body[0], (), known) == {"net"}
    assert touched_names(ast.parse("clean(train)").body[0], (), known) == {"train"}
    assert touched_names(ast.parse("x = train.pop('y')").body[0], (), known) == {"train"}
