"""Marking changes nothing: the sentence is translated where it is shown."""

from supportdesk.domain.msgid import N_


def test_a_marked_sentence_is_itself() -> None:
    assert N_("There is no ticket #{number}.") == "There is no ticket #{number}."
