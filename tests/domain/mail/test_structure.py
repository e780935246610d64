"""The MIME tree is cut where its boundaries are, however many are missing."""

import pytest

from supportdesk.domain.mail.structure import MAX_DEPTH, MAX_PARTS, Part, Walk


def tree(raw: bytes) -> tuple[Part, list[str]]:
    walk = Walk()
    return walk.read(raw, 0, len(raw)), walk.defects


def leaves(part: Part) -> list[bytes]:
    return [body for child in part.children for body in leaves(child)] if part.children else [part.body]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nepilogue", [b"one", b"two"]),
        (b"preamble\n--b\n\none\n--b--\n", [b"one"]),
        (b"--b\r\n\r\none\r\n--b\r\n\r\nno end", [b"one", b"no end"]),
        (b"--b  \r\n\r\none\r\n--bc\r\n\r\ntwo\r\n--b--", [b"one\r\n--bc\r\n\r\ntwo"]),
        (b"--b\r\n\r\nx --b\r\n--b--", [b"x --b"]),
    ],
)
def test_parts_lie_between_their_delimiters(body: bytes, parts: list[bytes]) -> None:
    root, _ = tree(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body)
    assert leaves(root) == parts


def test_a_missing_inner_end_is_bounded_by_the_outer_boundary() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n"
        b"--b\n\none\n--a\n\ntwo\n--a--\n"
    )
    root, _ = tree(raw)
    assert leaves(root) == [b"one", b"two"]


def test_a_wrong_boundary_is_found_in_the_body() -> None:
    root, defects = tree(
        b"Content-Type: multipart/mixed; boundary=x\n\n--real\nContent-Type: text/html\n\nhi\n--real--\n"
    )
    assert (leaves(root), defects) == ([b"hi"], ["boundary"])


def test_a_multipart_without_parts_is_text() -> None:
    root, defects = tree(b"Content-Type: multipart/mixed; boundary=x\n\njust words\n")
    assert (root.content_type, root.body, defects) == ("text/plain", b"just words\n", ["no parts"])


def test_what_is_too_deep_stays_one_attachment() -> None:
    raw = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000))
    root, defects = tree(raw)
    deepest = root
    while deepest.children:
        deepest = deepest.children[-1]
    assert deepest.depth == MAX_DEPTH
    assert deepest.content_type == "application/octet-stream"
    assert "too deep" in defects


def test_what_is_too_much_stays_one_attachment() -> None:
    root, defects = tree(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000)
    assert len(root.children) == MAX_PARTS
    assert root.children[-1].disposition == "attachment"
    assert defects == ["too many parts"]


def test_odd_types_mean_text_unless_they_say_otherwise() -> None:
    assert tree(b"Content-Type: text\n\n")[0].content_type == "text/plain"
    assert tree(b"Content-Type: ???\n\n")[0].content_type == "text/plain"
    assert tree(b"Content-Type: APPLICATION/PDF; name=x\n\n")[0].content_type == "application/pdf"


def test_all_parts_without_those_of_attached_mails() -> None:
    attached = b"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n"
    root, _ = tree(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n" + attached + b"--b--\n")
    assert [part.content_type for part in root.parts()] == ["multipart/mixed", "text/plain", "message/rfc822"]
