import pytest

from supportdesk.domain.mail.authentication import dmarc
from supportdesk.domain.mail.message import Headers


def found(*values: str) -> str:
    return dmarc(Headers({"authentication-results": values}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mx.example.net; spf=pass smtp.mailfrom=a.example; dmarc=fail header.from=b.example", "mx.example.net fail"),
        ("mx.example.net 1; DMARC = Pass (p=reject (sub) dis=none) header.from=b.example", "mx.example.net pass"),
        ("mx.example.net; dkim=pass (dmarc=fail; dmarc=fail) header.i=@b.example", ""),
        ('mx.example.net; spf=none smtp.mailfrom="x; dmarc=pass"', ""),
        ("mx.example.net; none", ""),
        ("", ""),
        ("((((" * 5000 + "; dmarc=pass", ""),
    ],
)
def test_the_result_of_the_receiving_host(value: str, expected: str) -> None:
    assert found(value) == expected


def test_only_the_topmost_counts() -> None:
    assert found("mx.example.net; dmarc=fail", "mx.example.net; dmarc=pass") == "mx.example.net fail"
    assert found("mx.example.net; spf=pass", "mx.example.net; dmarc=pass") == ""
