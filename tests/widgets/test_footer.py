"""The last line: as many hints as fit, and the help always."""

from supportdesk.widgets.footer import GAP, fitting

HINTS = (("r", "reply"), ("n", "note"), ("a", "assign"), ("m", "assign to me"), ("?", "help"))


def test_all_hints_where_there_is_room() -> None:
    assert fitting(HINTS, 200) == list(HINTS)


def test_the_help_stays_when_others_go() -> None:
    shown = fitting(HINTS, 34)
    assert shown == [HINTS[0], HINTS[1], HINTS[4]]
    assert len(GAP.join(f"{key} {title}" for key, title in shown)) <= 34
    assert fitting(HINTS, 5) == [HINTS[4]]
    assert fitting((), 20) == []
