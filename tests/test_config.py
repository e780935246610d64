"""Tests of the config: who wins, and what is refused."""

import getpass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk import config
from supportdesk.config import checked_url, load, shown_url
from supportdesk.domain.errors import Invalid


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file, to be written."""
    monkeypatch.setenv("SUPPORTDESK_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


def test_without_anything_chosen_the_desk_is_in_the_data_directory(
    file: Path, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "kim")
    found = load()
    assert found.store == f"sqlite:///{clean_environment}/.local/share/supportdesk/desk.db"
    assert (found.agent, found.agent_is_guess) == ("kim", True)
    assert (found.path, found.keys) == (file, file.with_name("keys.toml"))
    assert (found.language, found.timezone, found.theme, found.mouse, found.kitty_keys) == ("", "", "", True, False)


def test_a_user_without_a_name_is_nobody(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_entry() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", no_entry)
    assert load().agent == ""


def test_every_setting_is_read(file: Path) -> None:
    file.write_text(
        'store = "postgresql://desk@db/acme"\nagent = "alice"\nlanguage = "ko"\ntimezone = "Asia/Seoul"\n'
        'theme = "ansi-dark"\nmouse = false\nkeys = "vi.toml"\n[terminal]\nkitty_keys = true\n'
    )
    found = load()
    assert found == config.Config(
        store="postgresql://desk@db/acme",
        agent="alice",
        agent_is_guess=False,
        path=file,
        keys=file.with_name("vi.toml"),
        language="ko",
        timezone="Asia/Seoul",
        theme="ansi-dark",
        mouse=False,
        kitty_keys=True,
    )


def test_a_flag_beats_the_environment_and_that_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('store = "sqlite:////file.db"\nagent = "file"\n')
    assert (load().store, load().agent) == ("sqlite:////file.db", "file")
    monkeypatch.setenv("SUPPORTDESK_STORE", "sqlite:////environment.db")
    monkeypatch.setenv("SUPPORTDESK_AGENT", "environment")
    assert (load().store, load().agent) == ("sqlite:////environment.db", "environment")
    flagged = load(store="sqlite:////flag.db", agent="flag")
    assert (flagged.store, flagged.agent, flagged.agent_is_guess) == ("sqlite:////flag.db", "flag", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('agent = "a"\ncolour = "red"', "line 2: there is no setting colour."),
        ("[terminal]\nkitty_keys = true\nbells = 3", "line 3: there is no setting terminal.bells."),
        ("[queue]\nsize = 3", "line 1: there is no setting queue."),
        ('\n\nmouse = "no"', "line 3: mouse is true or false."),
        ("terminal = true", "there is no setting terminal."),
        ("agent = 3", "line 1: agent is a text in quotes."),
        ('timezone = "Asia/Soul"', "there is no time zone Asia/Soul."),
        ('timezone = "/etc/passwd"', "there is no time zone /etc/passwd."),
        ("agent = ", "is not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_file(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(Invalid) as caught:
        load()
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("content", [b"agent = '\xff'", None])
def test_a_file_that_cannot_be_read_is_named(file: Path, content: bytes | None) -> None:
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(Invalid, match="cannot be read"):
        load()


@pytest.mark.parametrize(
    "url", ["", "desk.db", "/desk.db", "sqlite:///desk.db", "sqlite:////", "mysql://h/d", "postgresql://", "sqlite://"]
)
def test_what_is_no_store_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="not a store URL"):
        checked_url(url)


@pytest.mark.parametrize("url", ["sqlite:////a.db", "postgresql://u@h/d", "postgresql:///d", "postgres://h/d"])
def test_both_stores_are_taken(url: str) -> None:
    assert checked_url(url) == url


@given(password=st.text(alphabet="qxz0189@:/?#[]%& ", min_size=4), scheme=st.sampled_from(["postgresql", "mysql"]))
def test_no_password_is_ever_shown(password: str, scheme: str) -> None:
    shown = shown_url(f"{scheme}://kim:{password}@db.example/desk")
    assert password not in shown.removeprefix(f"{scheme}://kim:").removesuffix("@db.example/desk")
    assert shown == f"{scheme}://kim:***@db.example/desk"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://h/d?user=kim&password=geheim&sslmode=require", "postgresql://h/d?user=kim&password=***&sslmode=require"),
        ("postgresql://h/d?sslpassword=geheim", "postgresql://h/d?sslpassword=***"),
        ("postgresql://kim@h/d", "postgresql://kim@h/d"),
        ("sqlite:////home/kim/desk.db", "sqlite:////home/kim/desk.db"),
    ],
)  # fmt: skip
def test_the_rest_of_a_url_is_shown(url: str, shown: str) -> None:
    assert shown_url(url) == shown
