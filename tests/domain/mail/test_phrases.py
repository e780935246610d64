"""The tables are regular expressions that compile, each fragment by itself."""

import re

import pytest

from supportdesk.domain.mail import phrases

TABLES = {name: value for name, value in vars(phrases).items() if name.isupper()}


@pytest.mark.parametrize("name", TABLES)
def test_fragments_compile_and_match_no_empty_text(name: str) -> None:
    for fragment in TABLES[name]:
        assert not re.compile(fragment, re.IGNORECASE).fullmatch("")


@pytest.mark.parametrize("name", ["FROM", "SENT", "TO", "SUBJECT", "ORIGINAL", "WROTE"])
def test_every_table_knows_korean(name: str) -> None:
    assert any(re.search("[가-힣]", fragment) for fragment in TABLES[name])
