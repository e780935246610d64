"""Errors are sentences with a next step and an exit code."""

from supportdesk.domain.errors import Conflict, DeskError, Invalid, NotFound, TemporaryFailure, Unreachable


def test_an_error_is_its_sentence_and_the_next_step_filled_in() -> None:
    error = NotFound("There is no ticket #{number}.", hint="Try #{other}.", number=7, other=8)
    assert str(error) == "There is no ticket #7. Try #8."
    assert str(Invalid("Nothing.")) == "Nothing."


def test_every_kind_has_its_own_exit_code() -> None:
    kinds = (DeskError, Invalid, NotFound, Conflict, Unreachable, TemporaryFailure)
    assert [kind.exit_code for kind in kinds] == [1, 2, 3, 4, 5, 75]
