"""Access tokens out of a refresh token (RFC 6749, 6): shared by all connections of a process, renewed in time.

The refresh token is where its reference leads. Some providers change it at every use: the new one is kept there
before anything else happens, and what another process kept meanwhile is read before every use.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from supportdesk.channels import secrets
from supportdesk.channels.email.oauth_endpoint import Refusal, ask, seconds, text
from supportdesk.channels.email.oauth_providers import OAuth
from supportdesk.channels.secrets import SecretNotStored
from supportdesk.channels.trouble import LoginRefused, ServerTrouble, words
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import N_

AHEAD_SECONDS = 300.0  # a token is renewed so long before it ends,
AHEAD_PART = 0.2  # or with this part of its life left, where it lives briefly
USUAL_LIFE = 3600.0
FRESH_SECONDS = 10.0  # a token younger than that is not refused for its age: a new one would not be taken either
REFUSED_SECONDS = 300.0  # a refresh token that was refused is not shown again for so long
SETTLE_SECONDS = 1.0  # until another process that used the refresh token first has kept the new one
ANNOUNCED = timedelta(days=3)
NOTICEABLE = timedelta(days=1)  # an end that moved by less is not written down again

AUTHORIZE = N_("Grant it again with: supportdesk channel authorize NAME")


class AccessRevoked(LoginRefused):
    """The provider no longer honours the refresh token: only a person can grant access again."""


class AccessEnds(DeskError):
    """The granted access ends soon."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What is kept: a refresh token and, where the provider tells, until when it is good."""

    refresh_token: str
    until: datetime | None = None


def read(reference: str) -> Granted:
    """Raises ``SecretMissing``."""
    kept = secrets.resolve(reference)
    try:
        found = json.loads(kept)
        return Granted(str(found["refresh_token"]), datetime.fromisoformat(found["until"]))
    except (ValueError, KeyError, TypeError):
        return Granted(kept)  # a bare token


def write(reference: str, granted: Granted) -> None:
    """Raises ``SecretNotStored``."""
    kept = granted.refresh_token
    if granted.until is not None:
        kept = json.dumps({"refresh_token": kept, "until": granted.until.isoformat(timespec="seconds")})
    secrets.store(reference, kept)


def granted(answer: Mapping[str, Any], before: Granted | None = None) -> Granted:
    """The refresh token of a token endpoint's answer, or the one there was ``before``."""
    token = text(answer, "refresh_token")
    lives = seconds(answer, "refresh_token_expires_in")
    until = datetime.now(UTC) + timedelta(seconds=lives) if lives else None
    if before is not None and token in ("", before.refresh_token):
        return Granted(before.refresh_token, until or before.until)
    return Granted(token, until)


def refused(account: OAuth, refusal: Refusal) -> ServerTrouble:
    """The sentence for the error of a token or device endpoint (RFC 6749, 5.2)."""
    facts = {"provider": account.title, "reason": refusal.explanation}
    if refusal.error in ("invalid_grant", "interaction_required", "consent_required", "login_required"):
        return AccessRevoked(
            N_("{provider} gives no more access: it was revoked or has expired ({reason})."), hint=AUTHORIZE, **facts
        )
    if refusal.error in ("temporarily_unavailable", "server_error", "slow_down"):
        return ServerTrouble(
            N_("{provider} gives no access now: {reason}."), hint=N_("It is tried again later."), **facts
        )
    if refusal.error in ("invalid_client", "unauthorized_client"):
        return LoginRefused(
            N_("{provider} does not accept this client: {reason}."),
            hint=N_("Check --oauth-client-id and --oauth-client-secret with the provider's registration."),
            **facts,
        )
    return LoginRefused(
        N_("{provider} refuses access: {reason}."),
        hint=N_("Check the client's registration at the provider."),
        **facts,
    )


class Tokens:
    """The access tokens of one refresh token. Safe to share between threads; one of them refreshes at a time."""

    def __init__(self, account: OAuth) -> None:
        self.account = account
        self.until: datetime | None = None
        self._lock = threading.Lock()
        self._access = ""
        self._made = 0.0
        self._good_until = 0.0
        self._unwritten: tuple[str, Granted] | None = None  # the token it came of, and what could not be kept
        self._refused: tuple[str, Refusal, float] | None = None

    def access_token(self, *, instead_of: str = "") -> str:
        """One that is good for a while. ``instead_of`` is one a server has just refused: another comes unless it
        was new. Raises ``ServerTrouble``, ``AccessRevoked`` among them, or ``SecretMissing``.
        """
        with self._lock:
            now = time.monotonic()
            self._keep_unwritten()
            if self._access == instead_of and now - self._made >= FRESH_SECONDS:
                self._access = ""  # it is shown to no server again, whatever becomes of the next one
            if not self._access or now >= self._good_until:
                self._refresh()
            return self._access

    def _refresh(self) -> None:
        before = read(self.account.refresh_token)
        try:
            answer = self._ask(before)
        except Refusal as refusal:
            if refusal.error != "invalid_grant":
                raise refused(self.account, refusal) from None
            before, answer = self._ask_again(before, refusal)
        access = text(answer, "access_token")
        if not access or str(answer.get("token_type") or "bearer").lower() != "bearer":
            raise refused(self.account, Refusal("temporarily_unavailable", N_("it sent no token")))
        life = seconds(answer, "expires_in", USUAL_LIFE)
        self._made = time.monotonic()
        self._good_until = self._made + life - min(AHEAD_SECONDS, life * AHEAD_PART)
        self._access = access
        self._keep(before, granted(answer, before))

    def _ask(self, kept: Granted) -> dict[str, Any]:
        if self._refused is not None:
            token, refusal, until = self._refused
            if token == kept.refresh_token and time.monotonic() < until:
                raise refused(self.account, refusal)
        form = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token}
        try:
            return ask(self.account, self.account.provider.token_url, form)
        except Refusal as refusal:
            self._refused = (kept.refresh_token, refusal, time.monotonic() + REFUSED_SECONDS)
            raise

    def _ask_again(self, before: Granted, refusal: Refusal) -> tuple[Granted, dict[str, Any]]:
        """Another process may have used the refresh token a moment before, and kept the next one."""
        time.sleep(SETTLE_SECONDS)
        kept = read(self.account.refresh_token)
        if kept.refresh_token == before.refresh_token:
            raise refused(self.account, refusal) from None
        try:
            return kept, self._ask(kept)
        except Refusal as second:
            raise refused(self.account, second) from None

    def _keep(self, before: Granted, after: Granted) -> None:
        self.until = after.until
        if after.refresh_token != before.refresh_token:
            self._unwritten = (before.refresh_token, after)
            self._keep_unwritten()
        elif _moved(before.until, after.until):
            try:
                write(self.account.refresh_token, after)
            except SecretNotStored:
                return  # the token is still the one that is kept there

    def _keep_unwritten(self) -> None:
        """A changed refresh token that cannot be kept is kept trying: it is the only one that is still good."""
        if self._unwritten is None:
            return
        came_of, after = self._unwritten
        if read(self.account.refresh_token).refresh_token == came_of:
            write(self.account.refresh_token, after)
        self._unwritten = None


def _moved(before: datetime | None, after: datetime | None) -> bool:
    return after is not None and (before is None or abs(after - before) > NOTICEABLE)


_shared: dict[OAuth, Tokens] = {}
_sharing = threading.Lock()


def tokens(account: OAuth) -> Tokens:
    """Those of this process: whoever logs in by the same refresh token shares them."""
    with _sharing:
        return _shared.setdefault(account, Tokens(account))


def forget(account: OAuth) -> None:
    """After access was granted anew: what was known of the old one is worth nothing."""
    with _sharing:
        _shared.pop(account, None)


def ending(*accounts: OAuth | None) -> str:
    """The sentence that an access ends within three days, "" where none does or nobody told."""
    known = ((account, tokens(account).until) for account in accounts if account is not None)
    for account, until in known:
        if until is not None and until - datetime.now(UTC) <= ANNOUNCED:
            at = words(until.isoformat(sep=" ", timespec="minutes"))
            ends = N_("The access that {provider} granted ends at {at}.")
            return str(AccessEnds(ends, hint=AUTHORIZE, provider=account.title, at=at))
    return ""
