"""Granting access in a browser that comes back to this machine (RFC 8252, 7.3), bound to us by PKCE (RFC 7636).

Where the browser is elsewhere, its last address is pasted instead: whatever comes has to name the ``state`` we made.
"""

import base64
import hashlib
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import compare_digest, token_urlsafe
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from supportdesk.channels.email.oauth_endpoint import ask
from supportdesk.channels.email.oauth_providers import OAuth
from supportdesk.channels.protocol import Terminal
from supportdesk.channels.trouble import LoginRefused, words
from supportdesk.i18n import N_, _

LOOPBACK = "127.0.0.1"
PATIENCE = 900.0  # seconds until a person who does not come back is not waited for any more
LOOK_EVERY = 0.1
READ_SECONDS = 10.0  # browsers open connections they say nothing on

Query = dict[str, list[str]]


def by_browser(account: OAuth, user: str, terminal: Terminal, *, patience: float = PATIENCE) -> dict[str, Any]:
    """The token endpoint's answer. Raises ``LoginRefused`` where access is not granted, ``Refusal``, ``ServerTrouble``.

    ``patience`` is in seconds.
    """
    verifier, state = token_urlsafe(64), token_urlsafe(32)
    with _Listener(state) as listener:
        redirect = f"http://{LOOPBACK}:{listener.port}"
        terminal.say(_("Open this page in a browser and sign in as {user}:").format(user=user))
        terminal.say(_page(account, user, redirect, state, verifier))
        terminal.say(
            _(
                "If the browser is on another machine, forward the port first: ssh -L {port}:127.0.0.1:{port} … "
                "Or paste here the address of the page that cannot be opened at the end, and press Enter."
            ).format(port=listener.port)
        )
        code = _code(account, _answer(listener, terminal, state, patience))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
    return ask(account, account.provider.token_url, form)


def challenge(verifier: str) -> str:
    """S256 (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def _page(account: OAuth, user: str, redirect: str, state: str, verifier: str) -> str:
    fields = {
        "response_type": "code",
        "client_id": account.client_id,
        "redirect_uri": redirect,
        "scope": account.provider.scope,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": user,
        **dict(account.provider.authorize_extra),
    }
    joint = "&" if urlsplit(account.provider.authorize_url).query else "?"
    return account.provider.authorize_url + joint + urlencode({key: value for key, value in fields.items() if value})


def _answer(listener: "_Listener", terminal: Terminal, state: str, patience: float) -> Query:
    """What the provider says, brought by the browser or pasted."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            return listener.answers.get(timeout=LOOK_EVERY)
        except queue.Empty:
            pasted = terminal.typed().strip()
        if not pasted:
            continue
        query = _ours(pasted, state)
        if query is not None:
            return query
        terminal.say(_("That is not the address this sign-in ends at. Paste it whole, from http:// on."))
    raise LoginRefused(N_("Nobody signed in in time."), hint=N_("Begin again."))


def _ours(address: str, state: str) -> Query | None:
    """The query of an address that answers this sign-in, None of any other."""
    try:
        query = parse_qs(urlsplit(address).query, max_num_fields=50)
    except ValueError:
        return None
    given = query.get("state", [])
    right = len(given) == 1 and compare_digest(given[0].encode(), state.encode())
    return query if right and ("code" in query or "error" in query) else None


def _code(account: OAuth, answer: Query) -> str:
    if "error" in answer:
        raise LoginRefused(
            N_("{provider} does not grant access: {reason}."),
            hint=N_("Begin again, and allow what is asked for."),
            provider=account.title, reason=words(answer["error"][0]),
        )  # fmt: skip
    return answer["code"][0]


class _Listener:
    """Listens on a free port of this machine for the browser to come back; ``answers`` gets what is ours."""

    def __init__(self, state: str) -> None:
        self.answers: queue.SimpleQueue[Query] = queue.SimpleQueue()
        answers = self.answers

        class Handler(BaseHTTPRequestHandler):
            timeout = READ_SECONDS
            server_version = sys_version = "-"

            def do_GET(self) -> None:
                query = _ours(self.path, state)
                if query is None:
                    self._say(400, _("This is not the answer that is waited for."))
                    return
                self._say(200, _("Done. Close this page and go back to the terminal."))
                answers.put(query)

            def _say(self, status: int, text: str) -> None:
                body = f"{text}\n".encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """The address holds the code."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(LOOK_EVERY,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
