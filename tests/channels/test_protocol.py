"""The contract's own few rules."""

from supportdesk.channels.protocol import PermanentRefusal, Refused, TemporaryRefusal
from supportdesk.domain.errors import Unreachable


def test_only_4xx_may_be_tried_again() -> None:
    assert [Refused("a@x", code, "").temporary for code in (250, 400, 421, 499, 500, 550)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_refusal_keeps_the_servers_words_and_fills_them_in() -> None:
    refused = (Refused("a@x", 550, "No such user"),)
    error = PermanentRefusal("{server} says {code} {text}.", code=550, text="No", recipients=refused, server="mx")
    assert (error.code, error.text, error.recipients) == (550, "No", refused)
    assert str(error) == "mx says 550 No."


def test_trouble_with_the_server_is_temporary_and_keeps_its_sentence() -> None:
    error = TemporaryRefusal.because(Unreachable("{host} is away.", hint="Wait.", host="mx"))
    assert (str(error), error.text, error.code, error.exit_code) == ("mx is away. Wait.", "mx is away. Wait.", 0, 75)
