"""Who grants access: the table of providers, and what a custom one may be."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from supportdesk.channels.email.oauth_providers import OFFERED, PROVIDERS, check, oauth
from supportdesk.domain.errors import Invalid

REFERENCE = "keyring:supportdesk/support"
CLIENT = {"oauth_client_id": "id"}
CUSTOM = {**CLIENT, "oauth_provider": "custom", "oauth_token_url": "https://sso.example/token"}


def test_google_comes_back_to_this_machine_and_asks_for_a_lasting_access() -> None:
    google = oauth({**CLIENT, "oauth_provider": "google"}, REFERENCE).provider
    assert google.authorize_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert google.token_url == "https://oauth2.googleapis.com/token"
    assert google.scope == "https://mail.google.com/"
    assert google.device_url == ""
    assert dict(google.authorize_extra) == {"access_type": "offline", "prompt": "consent"}


@pytest.mark.parametrize(
    ("tenant", "part"), [("", "common"), ("contoso.example", "contoso.example"), ("../a b", "..%2Fa%20b")]
)
def test_microsoft_gives_codes_for_the_tenant(tenant: str, part: str) -> None:
    microsoft = oauth({**CLIENT, "oauth_provider": "microsoft", "oauth_tenant": tenant}, REFERENCE).provider
    assert microsoft.token_url == f"https://login.microsoftonline.com/{part}/oauth2/v2.0/token"
    assert microsoft.device_url == f"https://login.microsoftonline.com/{part}/oauth2/v2.0/devicecode"
    assert microsoft.scope.split() == [
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ]


def test_every_provider_of_the_table_is_encrypted_and_can_be_signed_in_at() -> None:
    for provider in PROVIDERS.values():
        urls = [provider.token_url, provider.authorize_url or provider.device_url]
        assert [urlsplit(url).scheme for url in urls] == ["https", "https"]
    assert OFFERED == ("google", "microsoft", "custom")


def test_a_custom_provider_is_called_by_its_host() -> None:
    account = oauth({**CUSTOM, "ca_file": "/ca.pem", "oauth_client_secret": "env:X"}, REFERENCE)
    assert (account.title, account.ca_file, account.client_secret) == ("sso.example", "/ca.pem", "env:X")
    assert account.refresh_token == REFERENCE


def test_the_mail_servers_authority_says_nothing_of_a_great_providers() -> None:
    assert oauth({**CLIENT, "oauth_provider": "google", "ca_file": "/ca.pem"}, REFERENCE).ca_file == ""


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"oauth_provider": ""}, "--oauth-provider is one of: google, microsoft, custom"),
        ({"oauth_provider": "yahoo"}, "--oauth-provider"),
        ({"oauth_client_id": " "}, "--oauth-client-id is missing"),
        ({"oauth_token_url": ""}, "--oauth-token-url is missing"),
        ({"oauth_token_url": "http://sso.example/token"}, "--oauth-token-url is an address that begins with https"),
        ({"oauth_token_url": "https://user:pw@sso.example/"}, "--oauth-token-url"),
        ({"oauth_token_url": "https://sso.example:port/"}, "--oauth-token-url"),
        ({"oauth_token_url": "https://[/"}, "--oauth-token-url"),
        ({"oauth_token_url": "file:///etc/passwd"}, "--oauth-token-url"),
        ({"oauth_authorize_url": "https:///authorize"}, "--oauth-authorize-url"),
        ({"oauth_device_url": "https://a.example/x y"}, "--oauth-device-url"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        oauth({**CUSTOM, **wrong}, REFERENCE)


@pytest.mark.parametrize("host", ["127.0.0.1:80", "[::1]", "localhost:8080"])
def test_on_this_machine_encryption_is_not_needed(host: str) -> None:
    assert oauth({**CUSTOM, "oauth_token_url": f"http://{host}/token"}, REFERENCE).provider.title == host


@pytest.mark.parametrize("reference", ["env:TOKEN", 'cmd:["pass", "show", "token"]', "file:token", "the-token-itself"])
def test_a_refresh_token_needs_a_place_it_can_be_written_to(reference: str) -> None:
    with pytest.raises(Invalid) as raised:
        check(oauth(CUSTOM, reference))
    assert "the-token-itself" not in str(raised.value)


def test_the_clients_secret_may_be_anywhere_but_not_itself() -> None:
    check(oauth({**CUSTOM, "oauth_client_secret": "env:SECRET"}, REFERENCE))
    with pytest.raises(Invalid, match="by reference") as raised:
        check(oauth({**CUSTOM, "oauth_client_secret": "hunter22"}, REFERENCE))
    assert "hunter22" not in str(raised.value)
