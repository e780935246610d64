"""Somebody at a terminal who grants access."""

import urllib.request
from collections.abc import Callable
from urllib.error import HTTPError


class Person:
    """``answer`` gets every line that is said and returns what is then typed, "" for nothing."""

    def __init__(self, answer: Callable[[str], str] = lambda _line: "") -> None:
        self.said: list[str] = []
        self._answer = answer
        self._typed: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)
        if typed := self._answer(text):
            self._typed.append(typed)

    def typed(self) -> str:
        return self._typed.pop(0) if self._typed else ""


def opened(url: str) -> tuple[int, str]:
    """Status and text of a page, wherever redirects lead; no proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as page:
            return page.status, page.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


def led_to(url: str) -> str:
    """Where a page redirects, not followed: what a browser on another machine shows at the end."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    try:
        opener.open(url, timeout=10).close()
    except HTTPError as error:
        return str(error.headers["Location"])
    raise AssertionError(f"{url} redirects nowhere")
