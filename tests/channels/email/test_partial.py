"""Mails over the size limit, on a real Dovecot: their whole text and the names of what was left on the server."""

import random
import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient.exceptions import IMAPClientError

from supportdesk.channels.email import partial
from supportdesk.channels.email.partial import Unusable, answered, fetch_in_part
from supportdesk.channels.protocol import RawItem
from supportdesk.domain.mail.message import Kind, Mail
from supportdesk.domain.mail.parse import parse_mail
from tests.channels.email.accounts import USER, Proxies, mail, receiving
from tests.services.dovecot import Dovecot
from tests.services.pymap import Pymap
from tests.services.sink import MemorySink

LEFT = " MB, left on the server).txt"
CORPUS = Path(__file__).parents[4] / "shared" / "mail" / "corpus"
LONG = b"\r\n".join([b"\xec\x95\x88\xeb\x85\x95"] * 200_000)


def served(raw: bytes) -> bytes:
    """With the line ends of the wire."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def taken(dovecot: Dovecot, sink: MemorySink, *raws: bytes, limit: str = "1", port: int = 0) -> list[RawItem]:
    dovecot.deliver_many(USER, list(raws))
    with receiving(port or dovecot.imap_port, size_limit=limit) as receiver:
        receiver.catch_up(sink)
    assert sink.refused == {}
    return [sink.items[place] for place in sorted(sink.items, key=lambda place: place[2])]


def letter(text: str, *files: tuple[str, int]) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "Ada <ada@example.org>", "견적 요청", "<1@example.org>"
    made.set_content(text)
    made.add_alternative(f"<p>{text}</p>", subtype="html")
    for name, size in files:
        made.add_attachment(b"x" * size, maintype="video", subtype="mp4", filename=name)
    return made


def names(found: Mail) -> list[str]:
    return [file.filename for file in found.attachments]


def test_edge_23_the_text_is_whole_and_large_files_are_names_with_sizes(dovecot: Dovecot, sink: MemorySink) -> None:
    raw = served(letter("본문이 다 보입니다", ("사용 설명.mp4", 3_000_000), ("small.mp4", 900)).as_bytes())
    (item,) = taken(dovecot, sink, raw)
    found = parse_mail(item.raw)
    assert found.text == "본문이 다 보입니다"
    assert (found.subject, found.message_id, found.from_.address) == ("견적 요청", "1@example.org", "ada@example.org")
    assert names(found) == [f"사용 설명.mp4 (2.9{LEFT}", "small.mp4"]
    assert b"(video/mp4, 2.9 MB) was left on the mail server" in found.attachments[0].data
    assert found.attachments[1].data == b"x" * 900
    assert found.defects == ()
    assert item.size == len(raw) > 100 * len(item.raw)
    assert item.raw.startswith(b"X-Supportdesk-Partial: %d\r\n" % len(raw))
    with dovecot.client(USER) as client:
        client.select_folder("INBOX", readonly=True)
        assert b"\\Seen" not in client.get_flags([1])[1]


def test_edge_23_a_long_text_without_files_is_the_mail_byte_for_byte(dovecot: Dovecot, sink: MemorySink) -> None:
    raw = mail(1) + LONG
    (item,) = taken(dovecot, sink, raw)
    assert (item.raw, item.size) == (raw, len(raw))


def test_edge_23_of_an_endless_text_the_beginning_is_fetched(dovecot: Dovecot, sink: MemorySink) -> None:
    raw = mail(1) + LONG * 4
    (item,) = taken(dovecot, sink, raw)
    assert len(item.raw) < partial.MOST_OCTETS + partial.SMALL + 500
    assert item.size == len(raw)
    assert item.raw.partition(b"\r\n")[2] == raw[: len(item.raw.partition(b"\r\n")[2])]


def test_a_mail_that_is_nothing_but_a_file(dovecot: Dovecot, sink: MemorySink) -> None:
    scan = mail(1, Content_Type="application/pdf;\r\n name=scan.pdf", MIME_Version="1.0") + b"\r\nzzz" * 500_000
    (item,) = taken(dovecot, sink, scan)
    found = parse_mail(item.raw)
    assert names(found) == [f"scan.pdf (2.4{LEFT}"]
    assert found.headers.get("x-original-content-type") == "application/pdf; name=scan.pdf"
    assert found.text == ""


def test_a_delivery_report_is_still_one_without_the_large_mail_it_returns(dovecot: Dovecot, sink: MemorySink) -> None:
    parts = (
        b"Content-Type: text/plain\r\n\r\nIt could not be delivered.",
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
        b"Final-Recipient: rfc822; dana@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" + mail(7) + LONG,
    )
    head = mail(1, Content_Type="multipart/report; report-type=delivery-status; boundary=b").partition(b"\r\n\r\n")[0]
    raw = head + b"\r\n\r\n" + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    (item,) = taken(dovecot, sink, raw)
    found = parse_mail(item.raw)
    assert found.kind is Kind.BOUNCE
    assert found.bounce is not None
    assert (found.bounce.status, found.bounce.recipient) == ("5.1.1", "dana@x.example")
    assert f"mail.eml (1.5{LEFT}" in names(found)


def test_the_same_mail_has_the_same_bytes_wherever_it_is_fetched(dovecot: Dovecot) -> None:
    """Else a new UIDVALIDITY, or a copy in another folder, would make a second ticket of it."""
    raw = letter("Hello", ("film.mp4", 2_000_000)).as_bytes()
    found = set()
    for user in ("support", "sales"):
        sink = MemorySink()
        dovecot.deliver(user, raw)
        with receiving(dovecot.imap_port, size_limit="1", imap_user=user) as receiver:
            receiver.catch_up(sink)
        found |= set(sink.raws)
    assert len(found) == 1


def any_mail(dice: random.Random, depth: int = 0) -> EmailMessage:
    """Texts, files and multiparts in any order, some with forwarded mails within."""
    made = EmailMessage()
    kind = dice.choice(["text", "text", "html", "file"]) if depth > 2 else dice.choice(["mixed"] * 3 + ["text", "mail"])
    if kind == "mixed":
        made.make_mixed()
        for _ in range(dice.randint(1, 4)):
            made.attach(any_mail(dice, depth + 1))
    elif kind == "mail":
        made.set_content(any_mail(dice, depth + 1))
    elif kind == "file":
        size = dice.choice([10, 500, partial.SMALL * 2])
        made.set_content(dice.randbytes(size), "application", "pdf", filename=f"청구서 {dice.random()}.pdf")
    else:
        text = f"글 {dice.random()}\n" * dice.randint(1, 60) if kind == "text" else f"<p>글 {dice.random()}</p>"
        cte = dice.choice(["base64", "quoted-printable", "8bit"])
        made.set_content(text, subtype="plain" if kind == "text" else "html", cte=cte)
    return made


@pytest.mark.parametrize("seed", range(3))
def test_any_structure_keeps_its_text_and_the_names_of_its_files(dovecot: Dovecot, sink: MemorySink, seed: int) -> None:
    dice = random.Random(seed)
    raws: list[bytes] = []
    while len(raws) < 40:
        made = any_mail(dice)
        made["Subject"] = f"Mail {len(raws)}"
        if len(raw := served(made.as_bytes())) > partial.SMALL:
            raws.append(raw)
    items = taken(dovecot, sink, *raws, limit="0.01")
    for raw, item in zip(raws, items, strict=True):
        was, now = parse_mail(raw), parse_mail(item.raw)
        assert now.text == was.text
        assert len(now.attachments) == len(was.attachments)
        for before, after in zip(was.attachments, now.attachments, strict=True):
            whole = (before.filename, before.data) == (after.filename, after.data)
            assert whole or after.filename.endswith(LEFT)
    assert sum(item.raw.startswith(b"X-Supportdesk-Partial") for item in items) > 20


def test_another_server_describes_mails_in_its_own_way(pymap: Pymap, sink: MemorySink) -> None:
    pymap.deliver(served(letter("본문이 다 보입니다", ("film.mp4", 2_000_000)).as_bytes()))
    with receiving(pymap.imap_port, size_limit="1") as receiver:
        receiver.catch_up(sink)
    (found,) = (parse_mail(item.raw) for item in sink.items.values() if item.size > 1_000_000)
    assert found.text == "본문이 다 보입니다"
    assert names(found) == [f"film.mp4 (1.9{LEFT}"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the mail corpus is not beside this checkout")
def test_mails_of_many_programs_keep_their_text_and_their_files(
    dovecot: Dovecot, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails on which other projects test their parsers; a winmail.dat that was left out cannot be opened."""
    monkeypatch.setattr(partial, "SMALL", 300)
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file() and 1500 < path.stat().st_size < 1_000_000)
    raws = [served(path.read_bytes().replace(b"\0", b"\x80")) for path in paths]
    items = taken(dovecot, sink, *raws, limit="0.001")
    for path, raw, item in zip(paths, raws, items, strict=True):
        was, now = parse_mail(raw), parse_mail(item.raw)
        assert (path, now.text) == (path, was.text)
        assert len(now.attachments) == len(was.attachments) or b"winmail.dat" in raw
    assert sum(item.raw.startswith(b"X-Supportdesk-Partial") for item in items) > len(items) / 3


@pytest.mark.parametrize("lie", [b"BODYSTRUCTURE NIL", b'BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 12 1)', b""])
def test_a_wrong_structure_leaves_the_beginning_of_the_mail(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink, lie: bytes
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)

    def answer(line: bytes) -> bytes | None:
        if b"BODYSTRUCTURE" not in line:
            return None
        tag = line.split()[0]
        return b"* 1 FETCH (UID 1 " + lie + b")\r\n" + tag + b" OK\r\n" if lie else tag + b" NO broken\r\n"

    proxy.answer = answer
    raw = served(letter("Hello", ("film.mp4", 2_000_000)).as_bytes())
    (item,) = taken(dovecot, sink, raw, port=proxy.port)
    assert (item.raw, item.size) == (raw[: 1024 * 1024], len(raw))


def test_a_server_that_only_estimates_the_length_of_parts(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)
    lies = 0

    def underrate(data: bytes) -> bytes:
        nonlocal lies
        data, made = re.subn(rb'("text" "\w+" \([^)]*\) NIL NIL "[^"]+") \d+', rb"\1 4", data)
        lies += made
        return data

    proxy.rewrite = underrate
    raw = served(letter("본문이 다 보입니다", ("film.mp4", 2_000_000)).as_bytes())
    (item,) = taken(dovecot, sink, raw, port=proxy.port)
    assert parse_mail(item.raw).text == "본문이 다 보입니다"
    assert lies == 2


def test_a_connection_that_dies_over_a_structure_costs_no_mail(
    dovecot: Dovecot, proxy_to: Proxies, sink: MemorySink
) -> None:
    proxy = proxy_to(dovecot.host, dovecot.imap_port)

    def die(line: bytes) -> None:
        if b"BODYSTRUCTURE" in line:
            proxy.drop()

    proxy.answer = die
    raw = served(letter("Hello", ("film.mp4", 2_000_000)).as_bytes())
    (item,) = taken(dovecot, sink, raw, port=proxy.port)
    assert item.raw == raw[: 1024 * 1024]
    assert sum(b"BODYSTRUCTURE" in line for line in proxy.commands) == 2


@pytest.mark.parametrize("structure", [None, (), b"x", (b"text",), 7])
def test_what_is_no_structure_is_refused_before_anything_is_asked(structure: object) -> None:
    with pytest.raises(Unusable):
        fetch_in_part(structure, 9, lambda _: pytest.fail("asked"))


def test_a_section_left_out_is_an_error_and_an_empty_one_is_not() -> None:
    assert answered(["BODY[1]<0.5>"], {b"BODY[1]<0>": None}) == {"BODY[1]<0.5>": b""}
    with pytest.raises(IMAPClientError, match=r"no BODY\[2\]"):
        answered(["BODY[2]"], {b"BODY[1]": b"x"})
