"""Tests of canned replies as files."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.commands.canned_files import FORMATS, MARKDOWN, TOML, read, written
from supportdesk.domain.canned import CannedReply
from supportdesk.domain.errors import Invalid
from supportdesk.domain.safe import safe_line, safe_text

REFUND = CannedReply(
    7, "환불", "환불 안내", "안녕하세요 {{customer.name}} 고객님,\n\n## 곧 처리됩니다", "ko", "Billing", "", 3
)

words = st.text(max_size=20).map(safe_line)
shortcuts = words.map(lambda text: "-".join(text.split())).filter(bool)
texts = st.text(st.sampled_from("ab한\n\\\"'# -:`\t\x7f") | st.characters(), max_size=60)
replies = st.builds(
    CannedReply, id=st.just(0), shortcut=shortcuts, title=words.filter(bool),
    text=texts.map(lambda text: safe_text(text).strip("\n")).filter(str.strip), language=words, team=words,
    owner=st.just(""), used=st.just(0),
)  # fmt: skip


@pytest.mark.parametrize("format", FORMATS)
@given(made=st.lists(replies, min_size=1, max_size=3))
def test_what_is_written_is_read_again(format: str, made: list[CannedReply]) -> None:
    assert read(written(made, format), format, "file") == tuple(made)


def test_a_file_is_fit_to_be_edited() -> None:
    assert written([REFUND], TOML) == (
        '[[canned]]\nshortcut = "환불"\ntitle = "환불 안내"\nlanguage = "ko"\nteam = "Billing"\n'
        'text = """\n안녕하세요 {{customer.name}} 고객님,\n\n## 곧 처리됩니다"""\n'
    )
    assert written([REFUND], MARKDOWN) == (
        "## 환불\n- title: 환불 안내\n- language: ko\n- team: Billing\n\n"
        "안녕하세요 {{customer.name}} 고객님,\n\n\\## 곧 처리됩니다\n"
    )


def test_ids_owners_and_counts_stay_behind() -> None:
    (found,) = read(written([REFUND], TOML), TOML, "file")
    assert found == replace(REFUND, id=0, used=0)


def test_a_title_may_be_left_out() -> None:
    (found,) = read("## thanks\n\nThank you\r\n", MARKDOWN, "file")
    assert (found.title, found.text) == ("thanks", "Thank you")


@pytest.mark.parametrize(
    ("text", "format", "told"),
    [
        ("canned = 1", TOML, "holds no canned replies"),
        ("", TOML, "holds no canned replies"),
        ("[[canned", TOML, "is not TOML"),
        ('[[canned]]\nshortcut = "a"', TOML, "canned reply 1: a shortcut and a text are needed"),
        ('[[canned]]\nshortcut = "a"\ntext = 1', TOML, "text cannot be that"),
        ('[[canned]]\nshortcut = "a"\ntext = "b"\ncolour = "c"', TOML, "colour cannot be that"),
        ("Hello", MARKDOWN, "does not begin with a canned reply"),
        ("## a\n\nb\n## \n\nc", MARKDOWN, "canned reply 2"),
    ],
)
def test_what_is_none_is_named(text: str, format: str, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(text, format, "file")
    assert told in str(caught.value)
