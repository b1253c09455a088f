import pytest

from nbmodelver.catalogue.queries import Query
from nbmodelver.errors import UsageError
from nbmodelver.store.backends.memory import MemoryBackend
from tests.catalogue.samples import history, numbers, version


@pytest.fixture(scope="module")
def versions():
    return history(MemoryBackend())


@pytest.mark.parametrize(
    ("where", "said", "hint"),
    [
        ("metrics.f1 > 0.5", "no version has metrics.f1", "use one of these metrics: acc"),
        ("metrics.ac > 0.5", "no version has metrics.ac", "did you mean metrics.acc?"),
        ("metrics.ACC > 0.5", "no version has metrics.ACC", "did you mean metrics.acc?"),
        ("metrics.max_depth > 3", "no version has metrics.max_depth", "did you mean params.max_depth?"),
        ("params.acc > 0.5", "no version has params.acc", "did you mean metrics.acc?"),
        ("params.nosuch", "no version has params.nosuch", "use one of these params: "),
        ("number == 5 or metrics.val/los < 1", "no version has metrics.val/los", "use one of these metrics: acc"),
    ],
)
def test_an_unknown_metric_or_parameter_is_answered_by_the_closest_one(versions, where, said, hint):
    with pytest.raises(UsageError) as caught:
        Query(where=where).run(versions)
    assert caught.value.message == said
    assert hint in caught.value.hint


def test_a_store_without_versions_has_no_unknown_metrics():
    assert Query(where="metrics.acc > 0.5").run([]) == []


def test_a_parameter_is_found_without_the_name_of_its_model():
    """A regression: `params.depth > 3` matched no version if the dict itself was named `params`."""
    held = version(9, params={"params.depth": 7, "model.max_depth": 3, "a.seed": 1, "b.seed": 2})
    assert Query(where="params.depth > 3 and params.max_depth == 3").run([held])
    with pytest.raises(UsageError, match="seed"):
        Query(where="params.seed == 1").run([held])
    assert Query(where="params.a.seed == 1").run([held])


def test_text_is_searched_without_case(versions):
    assert numbers(Query(text="MESSAGE 3").run(versions)) == [3]
    assert numbers(Query(text="svc").run(versions)) == [5, 3, 1]
    assert Query(text="nothing").run(versions) == []


def test_all_criteria_of_a_query_must_hold(versions):
    tags = {versions[0].id: ["old"], versions[4].id: ["old"]}
    assert numbers(Query(tag="old").run(versions, tags)) == [5, 1]
    assert numbers(Query(tag="old", where="number < 3").run(versions, tags)) == [1]
    assert Query(branch="dev").run(versions) == []
    assert numbers(Query(limit=2).run(versions)) == [5, 4]
    assert Query(limit=0).run(versions) == []
    with pytest.raises(UsageError):
        Query(limit=-1)
