"""Store URLs: two kinds, and a password is never shown."""

import pytest

from supportdesk.domain.errors import Invalid
from supportdesk.store.url import parse_url


def test_the_two_stores() -> None:
    file = parse_url("sqlite:////var/lib/my desk%20%ED%99%98/desk.db")
    assert (file.dialect, file.path) == ("sqlite", "/var/lib/my desk 환/desk.db")
    server = parse_url("postgres://me@host:5433/desk?sslmode=require")
    assert (server.dialect, server.url) == ("postgresql", "postgresql://me@host:5433/desk?sslmode=require")


@pytest.mark.parametrize(
    "url",
    ["", "desk.db", "/var/desk.db", "sqlite:///desk.db", "sqlite://", "sqlite:////", "mysql://host/desk", "sqlite:"],
)
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(Invalid, match=r"not a store URL: .* Use sqlite:////absolute/path/desk\.db or postgresql://"):
        parse_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:hunter2@host/desk",
        "postgresql://desk:hunter2@x@host/desk",
        "postgresql://desk:hun/ter2@host/desk",
        "postgresql://host/desk?user=desk&password=hunter2",
        "postgresql://host/desk?sslpassword=hunter2&sslmode=require",
        "mysql://desk:hunter2@host/desk",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    try:
        shown = parse_url(url).shown
    except Invalid as error:
        shown = f"{error} {error.facts}"
    assert "hun" not in shown
    assert "ter2" not in shown
    assert "***" in shown
