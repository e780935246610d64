"""Tests of the languages."""

import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from supportdesk import i18n
from supportdesk.domain.errors import NotFound


@pytest.fixture(autouse=True)
def _unspoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_spoken", None)


@pytest.fixture
def korean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Korean catalogue of three sentences."""
    held = Catalog(locale="ko")
    held.add("There is no ticket #{number}.", "티켓 #{number}이(가) 없습니다.")
    held.add("Look for {name}.", "{nome}을(를) 찾으세요.")
    held.add(("{n} ticket", "{n} tickets"), ("티켓 {n}건",))
    file = BytesIO()
    write_mo(file, held)
    folder = tmp_path / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "supportdesk.mo").write_bytes(file.getvalue())
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    yield tmp_path


def test_english_needs_no_catalogue() -> None:
    i18n.set_language("en")
    assert i18n._("There is no ticket #{number}.") == "There is no ticket #{number}."
    assert [i18n.ngettext("{n} ticket", "{n} tickets", n) for n in (0, 1, 2)] == [
        "{n} tickets",
        "{n} ticket",
        "{n} tickets",
    ]


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize("code", ["ko", "ko_KR", "ko_KR.UTF-8", "ko-KR", "KO", "ko_KR.eucKR@hangul"])
def test_a_locale_of_any_spelling_speaks_its_language(code: str) -> None:
    i18n.set_language(code)
    assert i18n.language() == "ko"
    assert i18n._("There is no ticket #{number}.") == "티켓 #{number}이(가) 없습니다."
    assert i18n.ngettext("{n} ticket", "{n} tickets", 3) == "티켓 {n}건"


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize("code", ["xx", "C", "POSIX", "../ko", "/etc", "_"])
def test_an_unknown_language_is_english(code: str) -> None:
    i18n.set_language(code)
    assert i18n.language() == "en"


@pytest.mark.usefixtures("korean")
def test_our_own_variable_beats_the_locale_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert i18n.language() == "ko"
    monkeypatch.setenv("SUPPORTDESK_LANG", "en")
    i18n.set_language("")
    assert i18n.language() == "en"
    i18n.set_language("ko")
    assert i18n.language() == "ko", "what is asked for beats the environment"


@pytest.mark.usefixtures("korean")
def test_what_is_not_translated_stays_english_and_nothing_stays_nothing() -> None:
    i18n.set_language("ko")
    assert i18n._("Never seen before.") == "Never seen before."
    assert i18n._("") == "", "gettext would answer with the head of its file"


@pytest.mark.usefixtures("korean")
def test_a_sentence_is_translated_before_it_is_filled() -> None:
    i18n.set_language("ko")
    error = NotFound("There is no ticket #{number}.", hint="See {number}.", number=1042)
    assert i18n.sentence(error) == "티켓 #1042이(가) 없습니다. See 1042."


@pytest.mark.usefixtures("korean")
def test_a_wrong_placeholder_in_a_translation_does_not_hide_the_error() -> None:
    i18n.set_language("ko")
    assert i18n.sentence(NotFound("Look for {name}.", name="{x}")) == "Look for {x}."
    assert i18n.sentence(NotFound("Not { a format")) == "Not { a format"


def test_every_language_is_listed_with_english_first() -> None:
    assert i18n.languages()[0] == "en"
    assert "ko" in i18n.languages()


def test_english_is_spoken_without_importing_gettext() -> None:
    code = "import sys; from supportdesk.i18n import _; assert _('x') == 'x'; sys.exit('gettext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"LANG": "C"}, check=False).returncode == 0


@pytest.mark.parametrize(("code", "said"), [("ko", "사용법:"), ("en", "Usage:")])
def test_libraries_find_their_sentences_in_our_catalogue(code: str, said: str, tmp_path: Path) -> None:
    held = Catalog(locale="ko")
    held.add("Usage:", "사용법:")
    folder = tmp_path / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "supportdesk.mo").open("wb") as file:
        write_mo(file, held)
    program = (
        "import sys, click\nfrom pathlib import Path\nfrom supportdesk import i18n\n"
        "i18n.LOCALE_DIR = Path(sys.argv[1])\ni18n.set_language(sys.argv[2])\ni18n.speak_for_libraries()\n"
        "click.Command('desk').main(['--help'])"
    )
    command = [sys.executable, "-c", program, str(tmp_path), code]
    done = subprocess.run(command, env={"LANG": "C", "PYTHONUTF8": "1"}, capture_output=True, check=True)
    assert done.stdout.decode().startswith(said)
