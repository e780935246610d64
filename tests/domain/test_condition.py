"""The parts of a query."""

from supportdesk.domain.analyzer import Term
from supportdesk.domain.condition import Sort, SortKey, Word


def test_a_quoted_word_is_not_a_beginning() -> None:
    assert Word("Print").term == Term("print", ("print",), prefix=True)
    assert Word("Print", exact=True).term == Term("print", ("print",), prefix=False)


def test_an_order_is_written_as_it_is_typed() -> None:
    assert [str(Sort(SortKey.DUE)), str(Sort(SortKey.UPDATED, descending=True))] == ["due", "-updated"]
