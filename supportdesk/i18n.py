"""Every sentence a person reads, in their language.

The English sentence is the msgid, so English needs no catalogue and a missing translation still reads well.
Mark with ``N_`` where a module is imported, translate with ``_`` where a person looks.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gettext import GNUTranslations

    from supportdesk.domain.errors import DeskError

DOMAIN = "supportdesk"
ENGLISH = "en"
LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGE_VARIABLES = ("SUPPORTDESK_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


class _Spoken(NamedTuple):
    code: str
    catalogue: "GNUTranslations | None"


_spoken: _Spoken | None = None  # replaced whole, so a thread sees the old language or the new one, never half


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark ``message`` for translation; whoever shows it translates it."""
    return message


def _(message: str) -> str:
    """``message`` in the chosen language. Fill its ``{placeholders}`` afterwards."""
    catalogue = _now_spoken().catalogue
    return catalogue.gettext(message) if catalogue and message else message


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form for ``n`` things in the chosen language."""
    catalogue = _now_spoken().catalogue
    if catalogue:
        return catalogue.ngettext(singular, plural, n)
    return singular if n == 1 else plural


def sentence(error: "DeskError") -> str:
    """What went wrong and the next step, translated, with the facts filled in."""
    parts = (_filled(text, error.facts) for text in (error.message, error.hint) if text)
    return " ".join(parts)


def language() -> str:
    """Code of the language spoken now: "en" or "ko"."""
    return _now_spoken().code


def languages() -> tuple[str, ...]:
    """Codes there is a language for; English needs no catalogue."""
    return ENGLISH, *sorted(path.parent.parent.name for path in LOCALE_DIR.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


def set_language(code: str) -> None:
    """Speak ``code`` ("ko", "ko_KR.UTF-8"); "" takes it from the environment. Unknown codes speak English."""
    global _spoken
    _spoken = _catalogue_for(code or _environment_code())


def speak_for_libraries() -> None:
    """Let click and argparse, which ask the process's own gettext domain, find their sentences in our catalogue."""
    if language() == ENGLISH:
        return
    import gettext

    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language()


def _now_spoken() -> _Spoken:
    if _spoken is None:
        set_language("")
    assert _spoken is not None
    return _spoken


def _environment_code() -> str:
    return next((value for name in LANGUAGE_VARIABLES if (value := os.environ.get(name))), ENGLISH)


def _catalogue_for(code: str) -> _Spoken:
    name = code.split(".")[0].split("@")[0].replace("-", "_")
    for candidate in (name, name.split("_")[0].lower()):
        path = LOCALE_DIR / candidate / "LC_MESSAGES" / f"{DOMAIN}.mo"
        if candidate.replace("_", "").isalnum() and path.is_file():
            from gettext import GNUTranslations

            with path.open("rb") as file:
                return _Spoken(candidate, GNUTranslations(file))
    return _Spoken(ENGLISH, None)


def _filled(template: str, facts: dict[str, object]) -> str:
    """The translation with its facts; a translation with a wrong placeholder must not hide the error itself."""
    for text in (_(template), template):
        try:
            return text.format(**facts)
        except (KeyError, IndexError, ValueError, AttributeError):
            continue
    return template
