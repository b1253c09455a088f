"""Files of skops in one form: equal estimators give equal bytes, and the file still loads."""

from __future__ import annotations

import copy
import io
import zipfile

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nbmodelver.codecs.sklearn_canonical import canonical
from nbmodelver.comparison.agreement import agreement

skops_io = pytest.importorskip("skops.io")
X = np.random.default_rng(0).normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)


def written(model) -> bytes:
    return canonical(skops_io.dumps(model))


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), RandomForestClassifier(4, random_state=np.random.RandomState(1))),
        GradientBoostingClassifier(n_estimators=3, random_state=0),
        KNeighborsClassifier(),
    ],
)
def test_equal_estimators_give_equal_bytes_that_load(model) -> None:
    model.fit(X, Y)
    data = written(model)
    assert data == written(copy.deepcopy(model)) == canonical(data)
    again = skops_io.loads(data, trusted=skops_io.get_untrusted_types(data=data))
    assert agreement(model, again)[0] == "bit-identical"


def test_bytes_between_fields_are_zero() -> None:
    model = RandomForestClassifier(2, random_state=0).fit(X, Y)
    with zipfile.ZipFile(io.BytesIO(written(model))) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        nodes = [
            array for n in file.namelist() if n.endswith(".npy")
            if (array := np.load(io.BytesIO(file.read(n)))).dtype.names
        ]  # fmt: skip
    assert nodes
    used = {at for name in nodes[0].dtype.names for at in _bytes_of(nodes[0].dtype, name)}
    padding = [at for at in range(nodes[0].dtype.itemsize) if at not in used]
    assert padding
    assert not nodes[0].view(np.uint8).reshape(len(nodes[0]), -1)[:, padding].any()


def _bytes_of(dtype: np.dtype, name: str) -> range:
    field, offset = dtype.fields[name][:2]
    return range(offset, offset + field.itemsize)


def test_shared_objects_stay_shared() -> None:
    shared = np.arange(3.0)
    data = written({"one": shared, "two": shared, "three": np.arange(3.0)})
    again = skops_io.loads(data)
    assert again["one"] is again["two"]
    assert again["one"] is not again["three"]


def test_a_member_that_no_node_names_is_refused() -> None:
    file = io.BytesIO(skops_io.dumps({"a": np.arange(3.0)}))
    with zipfile.ZipFile(file, "a") as target:
        target.writestr("more.npy", b"")
    with pytest.raises(ValueError, match=r"no node names: more\.npy"):
        canonical(file.getvalue())
