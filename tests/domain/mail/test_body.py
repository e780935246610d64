"""What is text, what is a file, and what files are called."""

import base64
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.mail.body import MAX_TEXT, Body, read_body, safe_name
from supportdesk.domain.mail.structure import Walk


def body(raw: bytes) -> Body:
    return read_body(Walk().read(raw, 0, len(raw)), "")


def multipart(kind: str, *parts: bytes) -> bytes:
    return (
        b"Content-Type: multipart/%s; boundary=b\n\n" % kind.encode()
        + b"".join(b"--b\n" + part + b"\n" for part in parts)
        + b"--b--\n"
    )


PLAIN = b"Content-Type: text/plain\n\nplain words"
HTML = b"Content-Type: text/html\n\n<p>html words</p>"


def test_of_alternatives_the_plain_one_is_shown() -> None:
    found = body(multipart("alternative", PLAIN, HTML))
    assert (found.text, found.html) == ("plain words", True)


def test_an_empty_plain_alternative_gives_way_to_the_html() -> None:
    assert body(multipart("alternative", b"Content-Type: text/plain\n\n \n", HTML)).text == "html words"


def test_text_parts_of_a_mixed_mail_are_all_text() -> None:
    assert body(multipart("mixed", PLAIN, HTML)).text == "plain words\n\nhtml words"


def test_a_text_part_with_a_name_is_a_file() -> None:
    found = body(multipart("mixed", PLAIN, b"Content-Type: text/plain; name=log.txt\n\nlog"))
    assert (found.text, [file.filename for file in found.files]) == ("plain words", ["log.txt"])


def test_an_attached_mail_is_one_file_named_by_its_subject() -> None:
    found = body(multipart("mixed", PLAIN, b"Content-Type: message/rfc822\n\nSubject: =?utf-8?B?7ZmY67aI?=\n\nhi"))
    (file,) = found.files
    assert (file.filename, file.content_type) == ("환불.eml", "message/rfc822")
    assert file.data.endswith(b"hi")


def test_nameless_files_get_a_number_and_a_suffix() -> None:
    found = body(multipart("mixed", PLAIN, b"Content-Type: application/pdf\n\n%PDF"))
    assert [file.filename for file in found.files] == ["attachment-1.pdf"]


@pytest.mark.parametrize(("method", "name"), [("; method=REQUEST", "invite.ics"), ("", "calendar.ics")])
def test_calendars_are_named_after_what_they_are_for(method: str, name: str) -> None:
    calendar = f"Content-Type: text/calendar{method}\n\nBEGIN:VCALENDAR".encode()
    found = body(multipart("alternative", PLAIN, calendar))
    assert [file.filename for file in found.files] == [name]
    assert found.text == "plain words"


@pytest.mark.parametrize(
    "field",
    [
        b'Content-Disposition: filename="logo.png"',
        b"Content-Description: logo.png",
        b"Content-Location: https://acme.example/a/logo.png?size=2",
    ],
)
def test_a_name_in_the_wrong_place_is_a_name(field: bytes) -> None:
    found = body(multipart("mixed", PLAIN, b"Content-Type: image/png\n" + field + b"\n\nx"))
    assert [file.filename for file in found.files] == ["logo.png"]


def test_inline_images_keep_their_content_id() -> None:
    image = b"Content-Type: image/png; name=a.png\nContent-ID: <x@y>\nContent-Transfer-Encoding: base64\n\n"
    (file,) = body(multipart("related", HTML, image + base64.b64encode(b"png"))).files
    assert (file.inline, file.content_id, file.data, file.size) == (True, "x@y", b"png", 3)


@pytest.mark.parametrize(
    "meta", ['<meta charset="iso-8859-1">', '<META http-equiv=Content-Type content="text/html; charset=iso-8859-1">']
)
def test_html_that_names_its_own_charset_is_read_in_it(meta: str) -> None:
    document = f"Content-Type: text/html\n\n<html>{meta}<p>Größe</p></html>".encode("latin-1")
    assert (body(document).text, body(document).defects) == ("Größe", [])
    declared = document.replace(b"text/html\n", b"text/html; charset=koi8-r\n")
    assert body(declared).text == "Größe".encode("latin-1").decode("koi8-r")


def test_flowed_text_is_unfolded() -> None:
    raw = b"Content-Type: text/plain; format=flowed\n\nlong \nline\n> quoted \n> line\n-- \nme"
    assert body(raw).text == "long line\n> quoted line\n--\nme"


def test_text_without_end_is_cut_and_says_so() -> None:
    found = body(b"Content-Type: text/plain\n\n" + b"x" * (MAX_TEXT + 10))
    assert (len(found.text), found.defects) == (MAX_TEXT, ["text cut"])


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("C:\\Users\\kim\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", ""),
        ("a\r\nb.txt", "a b.txt"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_of_files_are_safe(filename: str, name: str) -> None:
    assert safe_name(filename) == name


@given(st.text())
def test_a_name_never_leaves_its_folder(filename: str) -> None:
    name = safe_name(filename)
    assert name in ("", PurePosixPath(name).name)
    assert len(name) <= 200
