"""Customers in files: CSV with a header, or JSON as ``customer list --json`` prints it, whole or one object a line.

CSV columns are name, email, phone, grade, language, organization and ``identity:KIND`` (several values with
semicolons between); every other column is an attribute.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supportdesk.commands.arguments import PIPED, bytes_of, piped
from supportdesk.domain.customer import Identity, normal_identity
from supportdesk.domain.errors import Invalid
from supportdesk.domain.safe import safe_line

if TYPE_CHECKING:
    from supportdesk.desk.customer_import import Imported

CSV, JSON = "csv", "json"
FORMATS = (CSV, JSON)
SUFFIXES = {".csv": CSV, ".json": JSON, ".ndjson": JSON, ".jsonl": JSON}
PROFILE = ("name", "grade", "language", "organization")
DIRECT = ("email", "phone")
MANY = ";"
IGNORED = ("id", "tickets", "merged_into", "created_at")  # another desk's own


def identity(text: str) -> Identity:
    """``email:kim@example.com``, in the form it is kept; a bare address is a mail address. Raises Invalid."""
    kind, colon, value = text.partition(":")
    if not colon and "@" in text:
        kind, value = "email", text
    return _identity(kind.strip().casefold(), value)


def records(file: Path, format: str | None) -> "list[Imported]":
    """All customers of a file, checked before the first is taken. Raises Invalid naming the line."""
    chosen = format or (CSV if str(file) == PIPED else SUFFIXES.get(file.suffix.lower()))
    if chosen is None:
        raise Invalid("What is in {file}?", hint="Say --format csv or --format json.", file=file)
    try:
        text = (piped() if str(file) == PIPED else bytes_of(file)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("{file} is not UTF-8.", hint="Convert it, for example with iconv.", file=file) from None
    rows = _csv_rows(text, file) if chosen == CSV else _json_rows(text, file)
    return [_imported(row, line, file) for line, row in rows]


def _csv_rows(text: str, file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        if not {"email", "phone"} & set(names) and not any(name.startswith("identity:") for name in names):
            raise Invalid(
                "{file} does not say how its customers are known.",
                hint="It needs a column email, phone or identity:KIND.",
                file=file,
            )
        for row in reader:
            if None in row or None in row.values():
                raise _wrong(file, reader.line_num, "columns")
            yield reader.line_num, _from_columns({key.strip(): value.strip() for key, value in row.items()})
    except csv.Error as error:
        raise Invalid(
            "{file}, line {line} is not CSV: {reason}.", file=file, line=reader.line_num + 1, reason=error
        ) from None


def _from_columns(row: Mapping[str, str]) -> dict[str, Any]:
    """A line of CSV in the shape of JSON; empty cells say nothing."""
    identities: list[dict[str, str]] = []
    attributes: dict[str, str] = {}
    made: dict[str, Any] = {"identities": identities, "attributes": attributes}
    for column, cell in row.items():
        if not cell or column in IGNORED:
            continue
        if column in PROFILE:
            made[column] = cell
        elif column in DIRECT or column.startswith("identity:"):
            kind = column.removeprefix("identity:")
            identities += [{"kind": kind, "value": value} for value in cell.split(MANY) if value.strip()]
        else:
            attributes[column] = cell
    return made


def _json_rows(text: str, file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """A list counts its entries, objects on lines of their own count the lines."""
    try:
        if text.lstrip().startswith("["):
            rows = list(enumerate(json.loads(text), start=1))
        else:
            rows = [(n, json.loads(line)) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    except ValueError as error:
        raise Invalid("{file} is not JSON: {reason}.", file=file, reason=error) from None
    for line, row in rows:
        if not isinstance(row, dict):
            raise _wrong(file, line, "{}")
        yield line, row


def _imported(row: Mapping[str, Any], line: int, file: Path) -> "Imported":
    from supportdesk.desk.customer_import import Imported

    try:
        found = tuple(_identity(str(each["kind"]), str(each["value"])) for each in row.get("identities") or ())
    except (TypeError, KeyError, Invalid):
        raise _wrong(file, line, "identities") from None
    if not found:
        raise Invalid(
            "{file}, line {line}: there is no identity to know the customer by.",
            hint="Give an email, a phone or another identity.",
            file=file, line=line,
        )  # fmt: skip
    profile = {name: _text(row, name, file, line) for name in PROFILE}
    return Imported(
        identities=tuple(dict.fromkeys(found)), line=line, **profile,
        attributes=_texts(row.get("attributes"), file, line), orders=_orders(row.get("orders"), file, line),
    )  # fmt: skip


def _identity(kind: str, value: str) -> Identity:
    clean = normal_identity(kind, safe_line(value))
    if not kind or not clean or (kind == "email" and "@" not in clean):
        raise Invalid('"{text}" is not an identity.', hint="Write email:kim@example.com.", text=f"{kind}:{value}")
    return Identity(kind, clean)


def _text(row: Mapping[str, Any], name: str, file: Path, line: int) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(file, line, name)
    return value


def _texts(value: object, file: Path, line: int) -> dict[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _wrong(file, line, "attributes")
    return {safe_line(str(key)): safe_line(str(each)) for key, each in value.items()}


def _orders(value: object, file: Path, line: int) -> list[dict[str, str]] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(order, dict) for order in value):
        raise _wrong(file, line, "orders")
    return [{safe_line(str(key)): safe_line(str(each)) for key, each in order.items()} for order in value]


def _wrong(file: Path, line: int, what: str) -> Invalid:
    return Invalid("{file}, line {line}: {what} cannot be read.", file=file, line=line, what=what)
