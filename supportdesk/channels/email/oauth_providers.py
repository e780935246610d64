"""Who grants access to mailboxes instead of a password: Google, Microsoft, or a server of one's own.

Endpoints and scopes are the ones the providers document for IMAP and SMTP. Google's device flow refuses the scope
for mail, so its users come back by a loopback redirect (RFC 8252); Microsoft's use a device code (RFC 8628).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from supportdesk.channels import secrets
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import N_

PASSWORD, XOAUTH2 = "password", "xoauth2"
AUTHS = (PASSWORD, XOAUTH2)
CUSTOM = "custom"
ANY_TENANT = "common"  # work, school and personal accounts
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider's endpoints are; an address that is "" is a flow it does not have."""

    title: str
    token_url: str
    authorize_url: str = ""
    device_url: str = ""
    scope: str = ""
    authorize_extra: tuple[tuple[str, str], ...] = ()


_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/"
_OUTLOOK = "https://outlook.office.com/"
PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "google": Provider(
            title="Google",
            token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
            authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
            scope="https://mail.google.com/",
            authorize_extra=(("access_type", "offline"), ("prompt", "consent")),  # else there is no refresh token
        ),
        "microsoft": Provider(
            title="Microsoft",
            token_url=f"{_MICROSOFT}token",
            device_url=f"{_MICROSOFT}devicecode",
            scope=f"{_OUTLOOK}IMAP.AccessAsUser.All {_OUTLOOK}SMTP.Send offline_access",
        ),
    }
)
OFFERED = (*PROVIDERS, CUSTOM)


@dataclass(frozen=True, slots=True)
class OAuth:
    """A granted access. ``client_secret`` ("" without one) and ``refresh_token`` are references to secrets."""

    provider: Provider
    client_id: str
    client_secret: str
    refresh_token: str
    ca_file: str = ""

    @property
    def title(self) -> str:
        return self.provider.title


def oauth(values: Mapping[str, Any], refresh_token: str) -> OAuth:
    """Out of a channel's settings; raises ``Invalid`` naming the option that is wrong or missing."""
    name = str(values.get("oauth_provider") or "")
    if name not in OFFERED:
        raise Invalid(
            N_("The option --{option} is one of: {choices}."), option="oauth-provider", choices=", ".join(OFFERED)
        )
    client_id = str(values.get("oauth_client_id") or "").strip()
    if not client_id:
        raise Invalid(N_("The option --{option} is missing."), option="oauth-client-id")
    provider = _custom(values) if name == CUSTOM else _of_tenant(PROVIDERS[name], values)
    ca_file = str(values.get("ca_file") or "") if name == CUSTOM else ""
    client_secret = str(values.get("oauth_client_secret") or "")
    return OAuth(provider, client_id, client_secret, refresh_token, ca_file)


def check(account: OAuth) -> None:
    """Raise ``Invalid`` for references that cannot be; resolves none."""
    secrets.check_storable(account.refresh_token)
    if account.client_secret:
        secrets.check(account.client_secret)


def _of_tenant(provider: Provider, values: Mapping[str, Any]) -> Provider:
    tenant = quote(str(values.get("oauth_tenant") or ANY_TENANT), safe="")
    return replace(
        provider,
        token_url=provider.token_url.replace("{tenant}", tenant),
        device_url=provider.device_url.replace("{tenant}", tenant),
    )


def _custom(values: Mapping[str, Any]) -> Provider:
    token_url = _url(values, "oauth_token_url")
    if not token_url:
        raise Invalid(N_("The option --{option} is missing."), option="oauth-token-url")
    return Provider(
        title=urlsplit(token_url).netloc,
        token_url=token_url,
        authorize_url=_url(values, "oauth_authorize_url"),
        device_url=_url(values, "oauth_device_url"),
        scope=str(values.get("oauth_scope") or ""),
    )


def _url(values: Mapping[str, Any], key: str) -> str:
    """Encrypted, or on this machine: tokens and codes go there."""
    url = str(values.get(key) or "").strip()
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
        right = safe and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        right = right and url.isprintable() and " " not in url
    except ValueError:
        right = False
    if url and not right:
        raise Invalid(
            N_("The option --{option} is an address that begins with https://."), option=key.replace("_", "-")
        )
    return url
