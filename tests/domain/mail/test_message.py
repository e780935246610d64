"""Headers are found whatever the case of their name."""

from supportdesk.domain.mail.parse import parse_mail


def test_headers_by_name() -> None:
    headers = parse_mail(b"Delivered-To: a\nDELIVERED-TO: b\nX-Odd: =?utf-8?B?7ZmY67aI?=\n\n").headers
    assert headers.all("Delivered-To") == ("a", "b")
    assert headers.get("delivered-to") == "a"
    assert headers.get("x-ODD") == "환불"
    assert (headers.get("absent"), headers.get("absent", "-"), headers.all("absent")) == ("", "-", ())
    assert "delivered-to" in headers
    assert "Absent" not in headers
    assert list(headers) == ["delivered-to", "x-odd"]
