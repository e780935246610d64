"""A person grants access to a mailbox, in a browser here or by a code on any device, and the refresh token is kept."""

import contextlib
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from supportdesk.channels.email import oauth
from supportdesk.channels.email.oauth import Granted
from supportdesk.channels.email.oauth_browser import by_browser
from supportdesk.channels.email.oauth_endpoint import Refusal, ask, seconds, text
from supportdesk.channels.email.oauth_providers import OAuth
from supportdesk.channels.email.settings import Server, settings
from supportdesk.channels.protocol import Terminal
from supportdesk.channels.secrets import SecretMissing
from supportdesk.channels.trouble import LoginRefused, ServerTrouble, words
from supportdesk.domain.errors import Invalid
from supportdesk.i18n import N_, _

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL = 5.0  # RFC 8628, 3.2
SLOWER = 5.0  # RFC 8628, 3.5
LONGEST_INTERVAL = 60.0
USUAL_LIFE = 900.0

Wait = Callable[[float], object]


def authorize(values: Mapping[str, Any], terminal: Terminal, *, wait: Wait = time.sleep) -> None:
    """Once for each refresh token of the account. Raises ``Invalid`` for an account with a password,
    ``ServerTrouble`` (``LoginRefused`` among them) where access is not granted, ``SecretMissing`` where it cannot
    be kept.
    """
    wanted = _by_token(values)
    if not wanted:
        raise Invalid(
            N_("This channel logs in with a password: there is nothing to grant."),
            hint=N_("A channel that asks for access is added with --auth xoauth2."),
        )
    for account, server in wanted.items():
        try:
            granted = _granted(account, server.user, terminal, wait)
        except Refusal as refusal:
            raise oauth.refused(account, refusal) from None
        oauth.write(account.refresh_token, granted)
        oauth.forget(account)


def granted_until(values: Mapping[str, Any]) -> datetime | None:
    """The earliest end of what was granted, where the provider told one."""
    ends = []
    try:
        for account in _by_token(values):
            with contextlib.suppress(SecretMissing):
                ends.append(oauth.read(account.refresh_token).until)
    except Invalid:  # settings no account can have end nowhere
        return None
    return min((end for end in ends if end is not None), default=None)


def _by_token(values: Mapping[str, Any]) -> dict[OAuth, Server]:
    account = settings(values)
    return {server.oauth: server for server in (account.smtp, account.imap) if server.oauth is not None}


def _granted(account: OAuth, user: str, terminal: Terminal, wait: Wait) -> Granted:
    if account.provider.device_url:
        answer = by_device(account, user, terminal, wait=wait)
    elif account.provider.authorize_url:
        answer = by_browser(account, user, terminal)
    else:
        raise Invalid(
            N_("{provider} has no endpoint to sign in at."),
            hint=N_("Add the channel with --oauth-authorize-url or --oauth-device-url."),
            provider=account.title,
        )
    granted = oauth.granted(answer)
    if not granted.refresh_token:
        raise LoginRefused(
            N_("{provider} grants access for a moment only: it sent no refresh token."),
            hint=N_("Allow offline access in the client's registration and in --oauth-scope."),
            provider=account.title,
        )
    return granted


def by_device(account: OAuth, user: str, terminal: Terminal, *, wait: Wait = time.sleep) -> dict[str, Any]:
    """The token endpoint's answer once the person entered the code on some device (RFC 8628).

    Raises ``LoginRefused`` where access is not granted, ``Refusal``, ``ServerTrouble``.
    """
    told = ask(account, account.provider.device_url, {"scope": account.provider.scope})
    code, page = words(told.get("user_code") or ""), text(told, "verification_uri") or text(told, "verification_url")
    form = {"grant_type": DEVICE_GRANT, "device_code": text(told, "device_code")}
    if not (code and page and form["device_code"]):
        raise LoginRefused(N_("{provider} gives no code to sign in with."), provider=account.title)
    terminal.say(
        _("Open {page} in a browser on any device, enter the code {code} and sign in as {user}.").format(
            page=page, code=code, user=user
        )
    )
    interval = max(1.0, seconds(told, "interval", USUAL_INTERVAL))
    left = seconds(told, "expires_in", USUAL_LIFE)
    while left > interval:
        wait(interval)
        left -= interval
        try:
            return ask(account, account.provider.token_url, form)
        except Refusal as refusal:
            if refusal.error == "slow_down":
                interval += SLOWER
            elif refusal.error != "authorization_pending":
                raise _not_granted(account, refusal) from None
        except ServerTrouble:
            interval = max(interval, min(interval * 2, LONGEST_INTERVAL))
    raise _late(account)


def _not_granted(account: OAuth, refusal: Refusal) -> ServerTrouble:
    if refusal.error in ("access_denied", "authorization_declined"):
        return LoginRefused(
            N_("{provider} does not grant access: {reason}."),
            hint=N_("Begin again, and allow what is asked for."),
            provider=account.title, reason=refusal.error,
        )  # fmt: skip
    if refusal.error in ("expired_token", "bad_verification_code"):
        return _late(account)
    return oauth.refused(account, refusal)


def _late(account: OAuth) -> LoginRefused:
    return LoginRefused(
        N_("The code of {provider} was not entered in time."), hint=N_("Begin again."), provider=account.title
    )
