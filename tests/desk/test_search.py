"""Search: the same messages on both stores, newest first, with the words marked; and no ghosts in the index."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from supportdesk.desk import conversation, structure, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.desk.search import SNIPPET, search
from supportdesk.domain.errors import Invalid
from supportdesk.domain.highlight import spans
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import State
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock
from tests.desk.crowd import TEXTS, Written, crowd
from tests.desk.plain_query import holds

EXAMPLES = 150
SEED = 3
WORDS = (
    "환불", "환", "불", "배송", "송이", "아직", "언제", "주문번호", "返品", "영수증", "receipt.pdf", "strasse",
    "品", "print", "printer", "printers", "prints", "ref", "refund", "cafe", "CAFÉ", "A-1029", "1029", "drop", "kim",
    "straße", "ok", "o", "NEAR", "AND", "not", "ticket", "refund*", '"refund refund"', '"환불 신청"',
)  # fmt: skip
CONDITIONS = (
    "is:open",
    "-is:open",
    "state:spam",
    "tag:vip",
    "-tag:vip",
    "channel:email",
    "-assignee:alice",
    "from:dana",
)


@pytest.fixture
def written(desk: Desk) -> list[Written]:
    return crowd(desk, SEED, 50)


def messages_in_order(written: list[Written]) -> list[tuple[Written, str]]:
    """As ``crowd`` wrote them: ids grow ticket by ticket."""
    return [(ticket, document) for ticket in written for document in ticket.documents]


def test_messages_with_all_words_in_tickets_that_meet_all_conditions(
    desk: Desk, clock: Clock, written: list[Written]
) -> None:
    alice = desk.as_agent("alice")
    everything = messages_in_order(written)
    signed_words = st.tuples(st.booleans(), st.sampled_from(WORDS))

    @given(st.lists(signed_words, min_size=1, max_size=3), st.lists(st.sampled_from(CONDITIONS), max_size=2))
    @example([(False, "환불")], [])
    @example([(False, "환")], ["is:open"])
    @example([(False, "refund"), (True, '"refund refund"')], [])
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    def check(words: list[tuple[bool, str]], conditions: list[str]) -> None:
        if all(negated for negated, _ in words):
            words = [(False, "환불"), *words]
        asked = " ".join([*(f"-{word}" if negated else word for negated, word in words), *conditions])
        query = parse(asked)
        expected = [
            number
            for number, (ticket, document) in enumerate(everything, start=1)
            if ticket.merged_into is None
            and all(holds(c, ticket, "alice", clock.time) is not c.negated for c in query.conditions)
            and all(spans(document, [word]) for word in query.wanted)
            and not any(spans(document, [word]) for word in query.unwanted)
        ]
        hits = search(alice, asked, limit=0)
        assert [hit.message for hit in hits] == expected[::-1]
        assert search(alice, asked, limit=3) == hits[:3]
        for hit in hits:
            for start, end in hit.spans:
                assert spans(hit.snippet[start:end], query.wanted), (hit.snippet, start, end)

    check()


def test_marks_stand_on_the_words_even_far_into_a_long_message(alice: Desk) -> None:
    open_ticket(alice, "Order", "lorem ipsum " * 200 + "환불 부탁드립니다 and then\nmore of it " * 3)
    (hit,) = search(alice, "환불")
    assert len(hit.snippet) <= SNIPPET
    assert {hit.snippet[a:b] for a, b in hit.spans} == {"환불"}
    assert (hit.ticket, hit.customer, hit.subject) == (1, "Dana Reyes", "Order")


def test_a_word_in_the_subject_or_a_file_name_finds_the_message_without_marks(alice: Desk) -> None:
    number = open_ticket(alice, "Invoice", "see attached")
    conversation.note(alice, number, "scan", (conversation.NewFile("영수증.pdf", "application/pdf", b"x"),))
    assert [(hit.message, hit.spans) for hit in search(alice, "invoice")] == [(1, ())]
    assert [hit.message for hit in search(alice, "영수증")] == [2]


@pytest.mark.parametrize("begun", ["환", "환불", "환불이", "불이"])
def test_korean_words_are_found_from_the_first_syllable(alice: Desk, begun: str) -> None:
    open_ticket(alice, "Refund", "오늘 환불이 됐어요")
    assert [hit.ticket for hit in search(alice, begun)] == [1]
    assert search(alice, "불환") == ()


def test_what_was_taken_back_is_found_no_more(alice: Desk) -> None:
    """A contentless index forgets only the very tokens it was given."""
    number = open_ticket(alice, "Printer", "It prints black")
    conversation.note(alice, number, "환불 요청, zanzibar")
    assert len(search(alice, "zanzibar")) == 1
    undo.undo(alice)
    assert search(alice, "zanzibar") == search(alice, "환불") == ()
    assert _documents(alice) == 1
    undo.undo(alice)
    assert search(alice, "prints") == ()
    assert _documents(alice) == 0


def _documents(desk: Desk) -> int:
    """How many documents the index really holds; SQLite also checks it from the inside."""
    with desk.store.write() as conn:
        if desk.store.dialect == "sqlite":
            conn.execute(text("INSERT INTO message_search(message_search) VALUES ('integrity-check')"))
            sql = "SELECT count(DISTINCT doc) FROM temp.message_words"
            conn.execute(text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.message_words USING "
                              "fts5vocab('main', 'message_search', 'instance')"))  # fmt: skip
        else:
            sql = "SELECT count(*) FROM message_search"
        found: int = conn.scalar(text(sql)) or 0
        return found


def test_a_message_stays_findable_where_it_moves(alice: Desk) -> None:
    source, into = open_ticket(alice, "One", "alpha"), open_ticket(alice, "Two", "beta")
    structure.merge(alice, [source], into)
    assert [hit.ticket for hit in search(alice, "alpha")] == [into]
    structure.unmerge(alice, source)
    assert [hit.ticket for hit in search(alice, "alpha")] == [source]


def test_without_words_the_last_message_of_each_ticket(alice: Desk) -> None:
    first, second = open_ticket(alice, "One", "alpha"), open_ticket(alice, "Two", "beta")
    note = conversation.note(alice, first, "gamma").message
    triage.set_state(alice, second, State.SOLVED)
    assert [hit.message for hit in search(alice, "is:open")] == [note]
    assert [hit.ticket for hit in search(alice, "")] == [first, second]


SYNTAX = (
    '"', "a OR b", "refund*", "NEAR(a b)", "body:x", "^ref", "ref AND", "' OR '1'='1", "a & !b | c:*", "<-> x", "\\",
    "{x}", "%s %(x)s :p0", "환불)", "col:umn", '"a" "b', "x" * 900, "\0", "a\0b", "\ud800",
)  # fmt: skip


def test_no_words_are_syntax(alice: Desk) -> None:
    open_ticket(alice, "Printer", "a b c ref x y 환불")
    for words in SYNTAX:
        try:
            assert len(search(alice, words)) <= 1
        except Invalid as error:
            assert error.hint, words


def test_mail_is_found_by_its_quoted_tail_too(desk: Desk) -> None:
    receive(desk, mail("dana@x.example", "Re: Printer", "yes please\n\n> shall we replace the drum?\n"))
    assert [hit.snippet for hit in search(desk, "drum")] == ["yes please > shall we replace the drum?"]
    assert tickets.ticket(desk, 1).messages[0].reply_text.strip() == "yes please"


def test_the_texts_of_the_crowd_are_all_looked_for() -> None:
    """Or the oracle above would agree on nothing."""
    for text_ in TEXTS:
        assert any(spans(text_, parse(word).wanted) for word in WORDS), text_
