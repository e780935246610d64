"""Canned replies as files people can edit, share and keep in git: TOML, or Markdown.

Markdown: each reply begins with ``## shortcut``, then ``- title: …``, ``- language: …``, ``- team: …``, a blank line
and the text. A line of the text that begins with ``## `` stands behind a backslash.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from supportdesk.domain.canned import CannedReply
from supportdesk.domain.errors import Invalid

TOML, MARKDOWN = "toml", "markdown"
FORMATS = (TOML, MARKDOWN)
SUFFIXES = {".toml": TOML, ".md": MARKDOWN, ".markdown": MARKDOWN}
FIELDS = ("shortcut", "title", "language", "team", "text")

_HEADING = re.compile(r"(?m)^## ")
_BEHIND_BACKSLASH = re.compile(r"(?m)^(\\*## )")
_FACT = re.compile(r"- (title|language|team):[ \t]*(.*)")


def written(replies: Iterable[CannedReply], format: str) -> str:
    """The replies as the text of a file; ``read`` gives them back without ids, owners and counts."""
    write = _toml if format == TOML else _markdown
    return "\n".join(write(reply) for reply in replies)


def read(text: str, format: str, file: str) -> tuple[CannedReply, ...]:
    """The replies in a file. Raises Invalid naming what in ``file`` is not one."""
    rows = _from_toml(text, file) if format == TOML else _from_markdown(text, file)
    return tuple(_reply(row, position, file) for position, row in enumerate(rows, start=1))


def _toml(reply: CannedReply) -> str:
    lines = ["[[canned]]"]
    lines += [f"{name} = {_quoted(value)}" for name in FIELDS[:-1] if (value := getattr(reply, name))]
    return "\n".join([*lines, f"text = {_block(reply.text)}"]) + "\n"


def _quoted(text: str) -> str:
    """A JSON string is a TOML string: the one character they differ in, DEL, is never kept in a desk."""
    return json.dumps(text, ensure_ascii=False)


def _block(text: str) -> str:
    """Several lines stay lines, so that a difference can be read."""
    if "\n" not in text:
        return _quoted(text)
    lines = (_quoted(line)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


def _markdown(reply: CannedReply) -> str:
    facts = [f"- {name}: {value}" for name in ("title", "language", "team") if (value := getattr(reply, name))]
    return "\n".join([f"## {reply.shortcut}", *facts, "", _BEHIND_BACKSLASH.sub(r"\\\1", reply.text)]) + "\n"


def _from_toml(text: str, file: str) -> list[dict[str, Any]]:
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid("{file} is not TOML: {reason}.", file=file, reason=str(error).rstrip(".")) from None
    rows = data.get("canned")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid("{file} holds no canned replies.", hint="Each begins with a line [[canned]].", file=file)
    return rows


def _from_markdown(text: str, file: str) -> Iterator[dict[str, Any]]:
    before, *sections = _HEADING.split(text.replace("\r\n", "\n"))
    if before.strip() or not sections:
        raise Invalid(
            "{file} does not begin with a canned reply.", hint="Each begins with a line ## and its shortcut.", file=file
        )
    for section in sections:
        lines = section.split("\n")
        row: dict[str, Any] = {"shortcut": lines.pop(0).strip()}
        while lines and (fact := _FACT.fullmatch(lines[0])):
            row[fact[1]] = fact[2].strip()
            lines.pop(0)
        body = "\n".join(lines).strip("\n")
        yield {**row, "text": re.sub(r"(?m)^\\(\\*## )", r"\1", body)}


def _reply(row: dict[str, Any], position: int, file: str) -> CannedReply:
    for name, value in row.items():
        if name not in FIELDS or not isinstance(value, str):
            raise Invalid(
                "{file}, canned reply {position}: {name} cannot be that.",
                hint="Each has the texts {fields}.",
                file=file, position=position, name=name, fields=", ".join(FIELDS),
            )  # fmt: skip
    made = replace(CannedReply(0, "", "", "", "", "", "", 0), **row)
    if not made.shortcut.strip() or not made.text.strip():
        raise Invalid(
            "{file}, canned reply {position}: a shortcut and a text are needed.", file=file, position=position
        )
    return made if made.title else replace(made, title=made.shortcut)
