"""The query language: what it means, that it can be written back, and that a mistake is named."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportdesk.domain.analyzer import term
from supportdesk.domain.condition import Condition, Field, Op, Sort, SortKey, Word
from supportdesk.domain.errors import Invalid
from supportdesk.domain.query import MAX_LENGTH, MAX_PARTS, Query, format, parse
from supportdesk.domain.query_words import FIELD_ALIASES, FIELDS


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("is:open", Condition(Field.IS, ("open",))),
        ("is:Overdue,unread", Condition(Field.IS, ("overdue", "unread"))),
        ("is:mine", Condition(Field.ASSIGNEE, ("me",))),
        ("is:unassigned", Condition(Field.ASSIGNEE, ("none",))),
        ("is:pending,solved", Condition(Field.STATE, ("pending", "solved"))),
        ("state:open,pending", Condition(Field.STATE, ("open", "pending"))),
        ("상태:열림", Condition(Field.STATE, ("open",))),
        ("우선순위：긴급", Condition(Field.PRIORITY, ("urgent",))),
        ("-tag:x", Condition(Field.TAG, ("x",), negated=True)),
        ('tag:"a b",vip,vip', Condition(Field.TAG, ("a b", "vip"))),
        ("from:kim", Condition(Field.FROM, ("kim",))),
        ("from:“Dana  Reyes”", Condition(Field.FROM, ("Dana Reyes",))),
        ("channel:mail", Condition(Field.CHANNEL, ("email",))),
        ("assignee:ME", Condition(Field.ASSIGNEE, ("me",))),
        ("담당:없음", Condition(Field.ASSIGNEE, ("none",))),
        ("team:Billing", Condition(Field.TEAM, ("Billing",))),
        ("priority:urgent,high", Condition(Field.PRIORITY, ("urgent", "high"))),
        ("has:attachment", Condition(Field.HAS, ("attachment",))),
        ("subject:foo", Condition(Field.SUBJECT, ("foo",))),
        ("grade:VIP", Condition(Field.GRADE, ("VIP",))),
        ("customer:12", Condition(Field.CUSTOMER, ("12",))),
        ("#1042", Condition(Field.NUMBER, ("1042",))),
        ("number:1042,#7", Condition(Field.NUMBER, ("1042", "7"))),
        ("before:2026-11-01", Condition(Field.CREATED, ("2026-11-01",), Op.BEFORE)),
        ("after:7d", Condition(Field.CREATED, ("7d",), Op.AFTER)),
        ("since:today", Condition(Field.CREATED, ("today",), Op.SINCE)),
        ("on:2026-11", Condition(Field.CREATED, ("2026-11",), Op.ON)),
        ("created:2026-1-2", Condition(Field.CREATED, ("2026-01-02",), Op.ON)),
        ("created:7d", Condition(Field.CREATED, ("7d",), Op.SINCE)),
        ("updated:<2026-11-01", Condition(Field.UPDATED, ("2026-11-01",), Op.BEFORE)),
        ("updated:>=어제", Condition(Field.UPDATED, ("yesterday",), Op.SINCE)),
    ],
)
def test_conditions(text: str, condition: Condition) -> None:
    assert parse(text) == Query((condition,))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("환불", Word("환불")),
        ('"exact  phrase"', Word("exact phrase", exact=True)),
        ("“exact phrase”", Word("exact phrase", exact=True)),
        ('"still typing', Word("still typing", exact=True)),
        ("-refund", Word("refund", negated=True)),
        ('-"late reply"', Word("late reply", exact=True, negated=True)),
        ("09:30", Word("09:30")),
        ("https://example.com/a", Word("https://example.com/a")),
        ("Re:", Word("Re:")),
        ("#환불", Word("#환불")),
        ("1042", Word("1042")),
        ("kim@example.com", Word("kim@example.com")),
    ],
)
def test_words(text: str, word: Word) -> None:
    assert parse(text) == Query(words=(word,))


def test_a_whole_query() -> None:
    query = parse('환불 is:open from:kim "exact phrase" -tag:x -spam sort:-updated')
    assert [condition.field for condition in query.conditions] == [Field.IS, Field.FROM, Field.TAG]
    assert query.wanted == (term("환불"), term("exact phrase", exact=True))
    assert query.unwanted == (term("spam"),)
    assert query.sort == Sort(SortKey.UPDATED, descending=True)


@pytest.mark.parametrize("text", ["", "  ", "-", '""', '-"', "- -"])
def test_what_is_only_begun_asks_for_nothing(text: str) -> None:
    assert parse(text) == Query()


@pytest.mark.parametrize(
    ("text", "named", "allowed"),
    [
        ("stauts:open", "stauts", "state"),
        ("is:opened", "opened", "unassigned"),
        ("state:foo", "foo", "on_hold"),
        ("priority:1", "1", "urgent"),
        ("has:fun", "fun", "attachment"),
        ("sort:name", "name", "updated"),
        ("-sort:due", "due", "created"),
        ("before:soon", "soon", "2026-11-01"),
        ("on:2026-02-30", "2026-02-30", "2026-11-01"),
        ("created:<today,7d", "created", "after:"),
        ("customer:kim", "kim", "customer:12"),
        ("number:0", "0", "#1042"),
        ("from:", "from", "colon"),
        ('tag:""', "tag", "colon"),
        ("상태:", "state", "colon"),
        ("is:mine,due", "mine,due", "is:"),
        ("!!!", "!!!", "word"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(text: str, named: str, allowed: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text)
    sentence = str(caught.value)
    assert named in sentence
    assert allowed in caught.value.hint.format(**caught.value.facts)


@pytest.mark.parametrize("text", ["a" * (MAX_LENGTH + 1), "a " * (MAX_PARTS + 1)])
def test_a_query_has_limits(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


@pytest.mark.parametrize(("text", "asked"), [("is:merged", True), ("-is:merged", False), ("is:open", False)])
def test_merged_tickets_have_to_be_asked_for(text: str, asked: bool) -> None:
    assert parse(text).merged is asked


PIECES = st.one_of(
    st.sampled_from(["is:open", "is:mine", "-is:due,merged", "#12", "-number:1,2", "sort:-due", "tag:a,b", "x", "-y"]),
    st.sampled_from(["before:7d", "on:7d", "updated:=3d", "updated:>1h", "created:yesterday", "since:2026-11"]),
    st.sampled_from(['subject:"//x"', 'team:"a, b"', 'from:"kim" "lee"']),
    st.builds("{}:{}".format, st.sampled_from([*FIELDS, *FIELD_ALIASES]), st.text(max_size=6)),
    st.builds('{}:"{}"'.format, st.sampled_from(["from", "tag", "subject"]), st.text(max_size=6)),
    st.builds('{}"{}"'.format, st.sampled_from(["", "-"]), st.text(max_size=6)),
    st.text(max_size=8),
)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=5))
@example(['from:“a”"b,c"', "--x", "a-b:c", "Ⅷ:x"])
def test_what_is_written_parses_to_the_same_query(pieces: list[str]) -> None:
    try:
        query = parse(" ".join(pieces))
    except Invalid as error:
        assert str(error)
        return
    assert parse(format(query)) == query


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_a_query_or_a_sentence(text: str) -> None:
    try:
        query = parse(text)
    except Invalid as error:
        assert str(error)
    else:
        assert all(word.term.tokens for word in query.words)
