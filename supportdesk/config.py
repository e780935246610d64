"""What this user chose: flags, then environment, then config.toml, then what needs no choosing.

A key nobody reads is a mistake in the file, so it is refused by name. Secrets never stand in the config, and a
password in a store URL is never shown.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supportdesk.domain.errors import Invalid
from supportdesk.paths import paths

KEYS: Mapping[str, type] = {
    "store": str,
    "agent": str,
    "language": str,
    "timezone": str,
    "theme": str,
    "mouse": bool,
    "keys": str,
    "terminal.kitty_keys": bool,
}
TABLES = frozenset(key.partition(".")[0] for key in KEYS if "." in key)
PASSWORD_IN_QUERY = re.compile(r"(?i)([?&;](?:ssl)?password=)[^&;]*")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one run. An empty ``language``, ``timezone`` or ``theme`` means: as the machine has it."""

    store: str
    agent: str
    agent_is_guess: bool  # nobody named an agent; it is the login of the system's user
    path: Path  # of config.toml, whether or not it exists
    keys: Path  # of keys.toml
    language: str = ""
    timezone: str = ""
    theme: str = ""
    mouse: bool = True
    kitty_keys: bool = False


def load(*, store: str = "", agent: str = "") -> Config:
    """The config, with what was typed as ``--store`` and ``--agent`` first. Raises Invalid."""
    places = paths()
    chosen = _read(places.config)
    keys = Path(_text(chosen, "keys")).expanduser()
    named = agent or os.environ.get("SUPPORTDESK_AGENT") or _text(chosen, "agent")
    return Config(
        store=checked_url(
            store or os.environ.get("SUPPORTDESK_STORE") or _text(chosen, "store") or f"sqlite:///{places.store}"
        ),
        agent=named or _system_user(),
        agent_is_guess=not named,
        path=places.config,
        keys=places.config.parent / keys if chosen.get("keys") else places.keys,
        language=_text(chosen, "language"),
        timezone=_text(chosen, "timezone"),
        theme=_text(chosen, "theme"),
        mouse=bool(chosen.get("mouse", True)),
        kitty_keys=bool(chosen.get("terminal.kitty_keys", False)),
    )


def checked_url(url: str) -> str:
    """``url`` if a store can be there: "sqlite:////abs/desk.db" or "postgresql://…". Raises Invalid."""
    scheme, _, place = url.partition("://")
    if (scheme in ("postgresql", "postgres") and place) or (scheme == "sqlite" and re.match("//.", place)):
        return url
    raise Invalid(
        "This is not a store URL: {url}.",
        hint="Use sqlite:////absolute/path/desk.db or postgresql://user@host/database.",
        url=shown_url(url),
    )


def shown_url(url: str) -> str:
    """``url`` as it may be printed: without its password, even one with unescaped ``@`` or ``/`` in it."""
    scheme, separator, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    user, colon, _secret = login.partition(":")
    shown = f"{scheme}{separator}{user}{colon and ':***'}{at}{place}"
    return PASSWORD_IN_QUERY.sub(r"\1***", shown)


def _read(path: Path) -> dict[str, str | bool]:
    """Known keys and their values; tables are flattened to dotted keys. No file, no keys."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(
            "The config file {file} cannot be read: {reason}.",
            hint="Correct or remove the file.",
            file=path,
            reason=getattr(error, "strerror", None) or "not UTF-8",
        ) from error
    return _checked(dict(_flat(_parsed(text, path))), text, path)


def _parsed(text: str, path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(
            "The config file {file} is not TOML: {reason}.",
            hint="Correct the line and try again.",
            file=path,
            reason=error,
        ) from error


def _flat(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if key in TABLES and isinstance(value, dict):
            yield from ((f"{key}.{inner}", found) for inner, found in value.items())
        else:
            yield key, value


def _checked(values: dict[str, object], text: str, path: Path) -> dict[str, str | bool]:
    checked: dict[str, str | bool] = {}
    for key, value in values.items():
        facts: dict[str, Any] = {"file": path, "key": key, "line": _line_of(key, text)}
        if key not in KEYS:
            raise Invalid(
                "{file}, line {line}: there is no setting {key}.",
                hint="The settings are {known}.",
                known=", ".join(KEYS),
                **facts,
            )
        checked[key] = _typed(value, KEYS[key], facts)
    _check_timezone(checked.get("timezone"), path)
    return checked


def _typed(value: object, kind: type, facts: Mapping[str, Any]) -> str | bool:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind is bool:
        raise Invalid("{file}, line {line}: {key} is true or false.", **facts)
    raise Invalid("{file}, line {line}: {key} is a text in quotes.", **facts)


def _check_timezone(name: object, path: Path) -> None:
    if not name:
        return
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(str(name))
    except (OSError, ValueError, KeyError) as error:
        raise Invalid(
            "{file}: there is no time zone {name}.",
            hint='Write a name such as "Asia/Seoul".',
            file=path,
            name=name,
        ) from error


def _line_of(key: str, text: str) -> int:
    """Line (from 1) where the last part of ``key`` is set; tomllib does not tell."""
    name = re.escape(key.rpartition(".")[2])
    found = re.search(rf"""(?m)^[ \t]*(?:\[+)?[\w.\-"']*\b{name}\b""", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _text(values: Mapping[str, str | bool], key: str) -> str:
    return str(values.get(key, ""))


def _system_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may have no entry for its user
        return ""
