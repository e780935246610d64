"""The catalogues: sentences gathered from the source, merged into each .po, compiled into the .mo the program reads.

    python scripts/translations.py update     after changing sentences; then translate what is empty or fuzzy
    python scripts/translations.py check      says what is missing; exit 1 if anything is

The sentences are read from the syntax tree: arguments of ``_``, ``N_`` and ``ngettext``, and message and hint of
every error made for people. click words its own errors through gettext, so its sentences are gathered too.
"""

import argparse
import ast
import importlib.util
import io
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "supportdesk"
LOCALE = PACKAGE / "locale"
DOMAIN = "supportdesk"
ERRORS = frozenset({"DeskError", "Invalid", "NotFound", "Conflict", "Unreachable", "TemporaryFailure"})
MARKERS = frozenset({"_", "N_", "gettext"})
CLICK_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
CLICK_VARIABLES = ("required",)  # core.py translates this one from a variable
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # in every header, so that an update without news changes no file
HEADER = "# The sentences of supportdesk. Edit the translations, then run: make translations"


@dataclass(frozen=True)
class Sentence:
    """A msgid and where it stands; ``plural`` is "" where there is one form."""

    text: str
    plural: str
    file: str
    line: int


class Untranslatable(Exception):
    """A sentence that is filled in before it could be translated."""


def gathered() -> list[Sentence]:
    """Every sentence of the program and of click, in the order of the files. Raises Untranslatable."""
    found = [
        sentence
        for file in sorted(PACKAGE.rglob("*.py"))
        for sentence in in_source(file.read_text(encoding="utf-8"), str(file.relative_to(ROOT)))
    ]
    return found + list(_of_click())


def in_source(source: str, file: str) -> Iterator[Sentence]:
    """The sentences of one module. Raises Untranslatable."""
    tree = ast.parse(source)
    errors = ERRORS | {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and _is_error(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "ngettext" and len(node.args) >= 2:
            for singular, plural in zip(_texts(node.args[0], file), _texts(node.args[1], file), strict=False):
                yield Sentence(singular, plural, file, node.lineno)
        elif name in MARKERS:
            yield from _sentences(node.args[:1], file)
        elif name in errors:
            hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            yield from _sentences([*node.args[:2], *hints], file)


def catalogue(sentences: list[Sentence]) -> Catalog:
    """The sentences as a template for every language."""
    made = Catalog(project=DOMAIN, domain=DOMAIN, charset="utf-8", header_comment=HEADER)
    for sentence in sentences:
        msgid = (sentence.text, sentence.plural) if sentence.plural else sentence.text
        made.add(msgid, locations=[(sentence.file, 0)])  # without line numbers, or every edit would touch the .po
    return made


def update() -> None:
    """Merge the source's sentences into every .po and compile it."""
    template = catalogue(gathered())
    for path in po_files():
        held = read(path)
        held.update(template, no_fuzzy_matching=False)
        held.obsolete.clear()
        if not held.header_comment.startswith(HEADER):  # after it a language keeps its glossary
            held.header_comment = HEADER
        held.fuzzy, held.version, held.msgid_bugs_address = False, "0", ""
        held.creation_date = held.revision_date = FIRST_DAY
        with path.open("wb") as file:
            write_po(file, held, width=120, sort_output=True, include_lineno=False)
        path.with_suffix(".mo").write_bytes(compiled(read(path)))
        done = sum(1 for message in held if message.id and is_done(message))
        sys.stderr.write(f"{path.relative_to(ROOT)}: {done} of {len(held)} translated\n")


def problems() -> list[str]:
    """What keeps a language from being complete, one line each."""
    wanted = [message for message in catalogue(gathered()) if message.id]
    found: list[str] = []
    for path in po_files():
        held, name = read(path), path.relative_to(ROOT)
        found += [f"{name}: {text!r} {what}" for message in wanted for text, what in _lacks(held, message)]
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in wanted}
        for message in held:
            first = message.id if isinstance(message.id, str) else message.id[0]
            if first and first not in known:
                found.append(f"{name}: {first!r} is in no source any more")
        if not path.with_suffix(".mo").is_file() or path.with_suffix(".mo").read_bytes() != compiled(held):
            found.append(f"{path.with_suffix('.mo').relative_to(ROOT)}: does not match its .po")
    return found


def po_files() -> list[Path]:
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=DOMAIN)


def compiled(held: Catalog) -> bytes:
    """The .mo of a catalogue; fuzzy translations are guesses and are left out."""
    file = io.BytesIO()
    write_mo(file, held, use_fuzzy=False)
    return file.getvalue()


def is_done(message: Message) -> bool:
    texts = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return not message.fuzzy and all(texts)


def placeholders(text: str) -> frozenset[str]:
    """Names of the ``{fields}`` in a text. Raises ValueError where it is no format."""
    return frozenset(name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None)


def _lacks(held: Catalog, wanted: Message) -> Iterator[tuple[str, str]]:
    first = wanted.id if isinstance(wanted.id, str) else wanted.id[0]
    message = held.get(first)
    if message is None or not is_done(message):
        yield first, "is not translated" if message is None or not message.fuzzy else "is a guess (fuzzy)"
        return
    allowed = frozenset().union(*map(placeholders, [wanted.id] if isinstance(wanted.id, str) else wanted.id))
    for text in [message.string] if isinstance(message.string, str) else message.string or []:
        if placeholders(text) != placeholders(first) and not (wanted.pluralizable and placeholders(text) <= allowed):
            yield first, f"has other placeholders in {text!r}"


def _is_error(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id in ERRORS for base in node.bases)


def _sentences(nodes: list[ast.expr], file: str) -> Iterator[Sentence]:
    for node in nodes:
        for text in _texts(node, file):
            yield Sentence(text, "", file, node.lineno)


def _texts(node: ast.expr, file: str) -> Iterator[str]:
    """Texts an argument may be; names, and calls that mark for themselves, are gathered where they are made."""
    match node:
        case ast.Constant(value=str() as text) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body, file)
            yield from _texts(orelse, file)
        case ast.JoinedStr() | ast.BinOp() | ast.Call(func=ast.Attribute(value=ast.Constant())):
            raise Untranslatable(f"{file}:{node.lineno}: fill {{placeholders}} in after translating, not before")


def _of_click() -> Iterator[Sentence]:
    spec = importlib.util.find_spec("click")
    assert spec is not None and spec.origin is not None
    yield from (Sentence(text, "", "click/core.py", 0) for text in CLICK_VARIABLES)
    for name in CLICK_MODULES:
        source = (Path(spec.origin).parent / f"{name}.py").read_text(encoding="utf-8")
        yield from in_source(source, f"click/{name}.py")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("update", "check"))
    try:
        if parser.parse_args().what == "update":
            update()
            return 0
        found = problems()
    except Untranslatable as error:
        found = [str(error)]
    for problem in found:
        sys.stderr.write(problem + "\n")
    sys.stderr.write(
        f"{len(found)} problems in the translations; make translations updates the catalogues\n" * bool(found)
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
