"""A provider of access on loopback: authorization, device, token and introspection endpoints that check all they get.

What a client must not do is noted in ``complaints``; the endpoint refuses it as a strict provider would.
"""

import base64
import hashlib
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from tests.services.ports import LOOPBACK

CLIENT = "desk-client"
CLIENT_SECRET = "desk-client-secret"
SCOPE = "mail.example/all offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

Form = dict[str, str]


@dataclass
class OAuthStub:
    """A running provider; change its attributes to change what it grants.

    ``lives`` is how long an access token is good and said to be, in seconds; ``refresh_lives`` is told with refresh
    tokens unless 0; ``rotates`` makes each refresh token good for one use. ``device_answers`` are the errors the
    token endpoint gives before it grants a device code. ``user`` is who signs in.
    """

    user: str = "support"
    client_secret: str = CLIENT_SECRET
    lives: float = 3600.0
    refresh_lives: float = 0.0
    rotates: bool = False
    down: int = 0  # a status all endpoints answer with
    interval: int = 5
    device_answers: list[str] = field(default_factory=list)
    requests: list[tuple[str, Form]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    refresh_tokens: set[str] = field(default_factory=set)
    port: int = 0
    waited: float = 0.0  # the clock polls are judged by; see ``wait``
    _access: dict[str, float] = field(default_factory=dict)
    _codes: dict[str, Form] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _polled: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def url(self, path: str) -> str:
        return f"http://{LOOPBACK}:{self.port}/{path}"

    @property
    def asked(self) -> Counter[str]:
        """Requests by endpoint, at the token endpoint by the kind of grant."""
        with self._lock:
            return Counter(form.get("grant_type", path) for path, form in self.requests)

    def new_refresh_token(self) -> str:
        with self._lock:
            token = f"refresh-{next(self._numbers)}-{self.port}"
            self.refresh_tokens.add(token)
            return token

    def withdraw_access(self) -> None:
        """All access tokens are dead, whatever was said of their lives."""
        with self._lock:
            self._access.clear()

    def revoke(self) -> None:
        """As when the user takes access back: no token is good any more."""
        with self._lock:
            self.refresh_tokens.clear()
            self.withdraw_access()

    def knows(self, user: str, token: str) -> bool:
        """What a mail server asks: whether this is a live access token of the user."""
        with self._lock:
            return user == self.user and time.monotonic() < self._access.get(token, 0.0)

    def wait(self, seconds: float) -> None:
        """In place of the client's waiting between polls: it passes at once."""
        with self._lock:
            self.waited += seconds

    def get(self, path: str, query: Form) -> tuple[int, dict[str, Any] | str]:
        with self._lock:
            self.requests.append((path, query))
            if self.down:
                return self.down, "down"
            if path == "introspect":
                active = self.knows(self.user, query.get("access_token", ""))
                return 200, {"active": "true", "email": self.user} if active else {"active": "false"}
            if path == "authorize":
                return self._authorize(query)
            return 404, "nothing here"

    def post(self, path: str, form: Form) -> tuple[int, dict[str, Any] | str]:
        with self._lock:
            self.requests.append((path, form))
            if self.down:
                return self.down, "down"
            self._want(form.get("client_id") == CLIENT, "client_id")
            if path == "device":
                self._want("client_secret" not in form, "a client secret outside the token endpoint")
                return self._device(form)
            if path != "token":
                return 404, "nothing here"
            if form.get("client_secret", "") != self.client_secret:
                return 401, {"error": "invalid_client", "error_description": f"not {form.get('client_secret')}"}
            grants = {
                "refresh_token": self._refresh,
                "authorization_code": self._code,
                DEVICE_GRANT: self._poll,
            }
            grant = grants.get(form.get("grant_type", ""))
            return grant(form) if grant else (400, {"error": "unsupported_grant_type"})

    def _authorize(self, query: Form) -> tuple[int, dict[str, Any] | str]:
        redirect = query.get("redirect_uri", "")
        self._want(query.get("response_type") == "code", "response_type")
        self._want(query.get("client_id") == CLIENT, "client_id")
        self._want(query.get("scope") == SCOPE, "scope")
        self._want(query.get("code_challenge_method") == "S256", "code_challenge_method")
        self._want(len(query.get("code_challenge", "")) == 43, "code_challenge")
        self._want(len(query.get("state", "")) >= 32, "state")
        self._want(redirect.startswith(f"http://{LOOPBACK}:"), "redirect_uri")
        code = f"code-{next(self._numbers)}"
        self._codes[code] = query
        return 302, f"{redirect}/?{urlencode({'code': code, 'state': query.get('state', '')})}"

    def _code(self, form: Form) -> tuple[int, dict[str, Any] | str]:
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        if not proved or form.get("redirect_uri") != asked["redirect_uri"]:
            self.complaints.append("code_verifier or redirect_uri")
            return 400, {"error": "invalid_grant"}
        return 200, self._grant(self.new_refresh_token())

    def _device(self, form: Form) -> tuple[int, dict[str, Any] | str]:
        self._want(form.get("scope") == SCOPE, "scope")
        self._polled = self.waited
        return 200, {
            "device_code": "device-code",
            "user_code": "ABCD-EFGH",
            "verification_uri": self.url("enter"),
            "expires_in": "900",
            "interval": self.interval,
        }

    def _poll(self, form: Form) -> tuple[int, dict[str, Any] | str]:
        self._want(form.get("device_code") == "device-code", "device_code")
        self._want(self.waited - self._polled >= self.interval, "polled too early")
        self._polled = self.waited
        if not self.device_answers:
            return 200, self._grant(self.new_refresh_token())
        error = self.device_answers.pop(0)
        if error == "slow_down":
            self.interval += 5
        return 400, {"error": error}

    def _refresh(self, form: Form) -> tuple[int, dict[str, Any] | str]:
        token = form.get("refresh_token", "")
        if token not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": f"{token} was revoked."}
        if not self.rotates:
            return 200, self._grant("")
        self.refresh_tokens.discard(token)
        return 200, self._grant(self.new_refresh_token())

    def _grant(self, refresh_token: str) -> dict[str, Any]:
        token = f"access-{next(self._numbers)}"
        self._access[token] = time.monotonic() + self.lives
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lives}
        if refresh_token:
            answer["refresh_token"] = refresh_token
        if self.refresh_lives:
            answer["refresh_token_expires_in"] = self.refresh_lives
        return answer

    def _want(self, right: bool, what: str) -> None:
        if not right:
            self.complaints.append(what)

    def settings(self, refresh_token: str, **others: str) -> dict[str, str]:
        """A channel's settings to log in by this provider; ``refresh_token`` is a reference."""
        return {
            "auth": "xoauth2",
            "imap_secret": refresh_token,
            "oauth_provider": "custom",
            "oauth_client_id": CLIENT,
            "oauth_client_secret": "env:OAUTH_CLIENT_SECRET",
            "oauth_token_url": self.url("token"),
            "oauth_authorize_url": self.url("authorize"),
            "oauth_scope": SCOPE,
            **others,
        }


@contextmanager
def running_oauth() -> Iterator[OAuthStub]:
    stub = OAuthStub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            self._answer(*stub.get(parts.path.strip("/"), query))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer(*stub.post(self.path.strip("/"), dict(parse_qsl(body))))

        def _answer(self, status: int, answer: dict[str, Any] | str) -> None:
            body = (json.dumps(answer) if isinstance(answer, dict) else answer).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", str(answer))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Not on the tests' stderr."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    stub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def oauth_stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[OAuthStub]:
    """A provider of the test's own; its client's secret is in the environment."""
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", CLIENT_SECRET)
    with running_oauth() as stub:
        yield stub
