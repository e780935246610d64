"""Every other name for something leads to the thing."""

import pytest

from supportdesk.domain.condition import Field
from supportdesk.domain.query_words import CHOICES, FIELD_ALIASES, FIELDS, IS, SHORTHANDS
from supportdesk.domain.ticket import Priority, State


def test_aliases_are_of_fields_and_hide_none() -> None:
    assert set(FIELD_ALIASES.values()) <= set(FIELDS)
    assert not set(FIELD_ALIASES) & set(FIELDS)


@pytest.mark.parametrize(("field", "values"), [(Field.STATE, set(State)), (Field.PRIORITY, set(Priority))])
def test_every_value_can_be_written_as_it_is_called(field: Field, values: set[str]) -> None:
    assert {written for written, meant in CHOICES[field].items() if written == meant} == values
    assert set(CHOICES[field].values()) == values


def test_a_shorthand_is_not_also_an_is_word() -> None:
    assert not set(SHORTHANDS) & set(IS)
