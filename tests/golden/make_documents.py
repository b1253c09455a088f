"""`python -m tests.golden.make_documents`: writes documents/, the forms of documents for others. Never run by tests."""

from __future__ import annotations

from nbmodelver.registry import bom, croissant
from tests.registry import test_bom, test_croissant


def main() -> None:
    """Write the files."""
    test_croissant.GOLDEN.write_text(croissant.text(test_croissant.CARD), encoding="utf-8")
    test_bom.GOLDEN.write_text(bom.text(test_bom.document()), encoding="utf-8")


if __name__ == "__main__":
    main()
