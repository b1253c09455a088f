"""Objects of nbmodelver are no variables of the notebook."""

from __future__ import annotations

from nbmodelver import views
from nbmodelver.kernel.values import is_of_the_store
from nbmodelver.model import Version, VersionId
from nbmodelver.repo import Retention


def test_objects_of_nbmodelver_are_recognised() -> None:
    for value in (Version(VersionId("a" * 40), 1), views.sentence("x"), Retention()):
        assert is_of_the_store(value)


def test_other_values_are_not_whatever_they_say_of_themselves() -> None:
    class Meta(type):
        __module__ = "nbmodelver.fake"

        def __getattribute__(cls, name: str) -> object:
            raise RuntimeError(name)

    class Odd(metaclass=Meta):
        pass

    odd = object.__new__(Odd)

    class Similar:
        __module__ = "nbmodelver_of_mine"

    class Number:
        __module__ = 3  # type: ignore[assignment]

    for value in (1, None, object, Similar(), Number(), odd):
        assert not is_of_the_store(value)
