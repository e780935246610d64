"""Both languages are complete, and every sentence can be translated."""

import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog

from scripts import translations
from tests.shape.tree import ROOT


def test_every_sentence_has_its_translation_with_the_same_placeholders() -> None:
    assert translations.problems() == []


def test_korean_is_among_the_languages() -> None:
    assert [path.parent.parent.name for path in translations.po_files()] == ["ko"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("a {x}").format(x=1)', ["a {x}"]),
        ('N_("a" " b")', ["a b"]),
        ('ngettext("{n} a", "{n} as", n)', ["{n} a"]),
        ('raise NotFound("a", hint="b", fact="c")', ["a", "b"]),
        ('raise errors.Invalid(N_("a"), "b")', ["b", "a"]),
        ('class Lost(NotFound): ...\nLost("a")', ["a"]),
        ('Invalid("a" if x else "b")', ["a", "b"]),
        ('_(title)\nlog("not for people")', []),
        ('_("")', []),
    ],
)
def test_sentences_are_found_in_the_source(source: str, found: list[str]) -> None:
    assert sorted(sentence.text for sentence in translations.in_source(source, "x.py")) == sorted(found)


@pytest.mark.parametrize("source", ['_(f"a {x}")', '_("a %s" % x)', '_("a {x}".format(x=x))', 'Invalid(f"a {x}")'])
def test_a_sentence_filled_too_early_is_refused(source: str) -> None:
    with pytest.raises(translations.Untranslatable, match=r"x\.py:1"):
        list(translations.in_source(source, "x.py"))


@pytest.mark.parametrize(
    ("msgid", "msgstr", "lacks"),
    [
        ("a {x}", "ㄱ {x}", False),
        ("a {x}", "ㄱ", True),
        ("a {x}", "ㄱ {y}", True),
        ("a", "", True),
        (("{n} a", "{n} as"), ("ㄱ {n}",), False),
        (("one a", "{n} as"), ("ㄱ {n}",), False),
        (("{n} a", "{n} as"), ("ㄱ {m}",), True),
    ],
)
def test_what_a_translation_lacks_is_seen(msgid: str, msgstr: str, lacks: bool) -> None:
    held, wanted = Catalog(locale="ko"), Catalog()
    held.add(msgid, msgstr)
    message = wanted.add(msgid)
    assert bool(list(translations._lacks(held, message))) is lacks


EVERY_HELP = """
import sys
from supportdesk import i18n

class Marking:
    def gettext(self, text): return "<" + text + ">"
    def ngettext(self, one, many, n): return "<" + one + ">"

i18n._spoken = i18n._Spoken("xx", Marking())
import click
from supportdesk.commands.root import root

def walk(command, path):
    yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            yield from walk(command.get_command(ctx, name), f"{path} {name}")

for path, command in walk(root, "supportdesk"):
    texts = {"": command.help} | {p.opts[0]: p.help for p in command.params if isinstance(p, click.Option)}
    for option, text in texts.items():
        if not (text or "").startswith("<") and option not in ("--version", "--help"):
            print(path, option, repr(text))
"""


def test_every_command_and_option_has_a_help_text_that_is_translated() -> None:
    done = subprocess.run([sys.executable, "-c", EVERY_HELP], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
