"""What the line of a suggestion says in how much room."""

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from supportdesk.widgets.suggestion_line import SuggestionLine, words

LONG = "환불이 아직 안 됐어요, 3일 전에 신청했는데 처리가 안 되고 있습니다"


@pytest.mark.parametrize("width", [76, 60, 36])
def test_of_a_subject_there_is_as_much_as_fits(width: int) -> None:
    told = words(12, LONG, "&", width)
    assert told.startswith("May belong to #12") and told.endswith("& joins it")
    assert cell_len(told) <= width
    assert "환불" in told if width > 36 else "환" not in told


def test_a_short_subject_is_shown_whole_and_a_verb_without_a_key_is_not_offered() -> None:
    assert "Hi" in words(12, "Hi", "&", 76) and "joins" in words(12, "Hi", "&", 76)
    assert "Hi" in words(12, "Hi", "", 76) and "joins" not in words(12, "Hi", "", 76)
    assert words(12, LONG, "&", 10) == "May belong to #12   & joins it"


class OneLine(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.line = SuggestionLine()

    def compose(self) -> ComposeResult:
        yield self.line


async def test_it_takes_no_room_until_there_is_something_to_suggest() -> None:
    app = OneLine()
    async with app.run_test(size=(60, 5)) as pilot:
        assert not app.line.display
        app.line.show(12, "[markup] stays", "&")
        await pilot.pause()
        assert app.line.display and app.line.size.height == 1
        assert "[markup] stays" in str(app.line.render())
        app.line.show(None)
        await pilot.pause()
        assert not app.line.display
