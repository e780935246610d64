"""The loopback redirect: PKCE and state as the provider checks them, answers that are not ours, pasting."""

import re
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from supportdesk.channels.email.oauth_browser import by_browser, challenge
from supportdesk.channels.trouble import LoginRefused
from tests.channels.email.access import Access
from tests.channels.email.terminals import Person, led_to, opened
from tests.services.oauth import SCOPE


def test_the_challenge_is_the_one_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def is_page(text: str) -> bool:
    return text.startswith("http://") and "/authorize?" in text


class Browser:
    """Opens what it is told, in a thread of its own, after visiting ``first`` addresses made of the redirect's."""

    def __init__(self, *first: str) -> None:
        self.first = first
        self.pages: list[tuple[int, str]] = []

    def __call__(self, text: str) -> str:
        if is_page(text):
            threading.Thread(target=self._visit, args=(text,), daemon=True).start()
        return ""

    def _visit(self, page: str) -> None:
        redirect = parse_qs(urlsplit(page).query)["redirect_uri"][0]
        for address in self.first:
            self.pages.append(opened(redirect + address))
        self.pages.append(opened(page))


def test_a_browser_on_this_machine_comes_back_by_itself(access: Access) -> None:
    browser = Browser()
    person = Person(browser)
    answer = by_browser(access.oauth, "support", person)
    assert answer["refresh_token"] in access.stub.refresh_tokens
    assert access.stub.complaints == []
    (page,) = [text for text in person.said if is_page(text)]
    asked = parse_qs(urlsplit(page).query)
    assert asked["scope"] == [SCOPE]
    assert asked["login_hint"] == ["support"]
    assert re.search(r"ssh -L (\d+):127\.0\.0\.1:\1", "\n".join(person.said))
    assert "verifier" not in page
    assert answer["refresh_token"] not in str(person.said)


def test_an_answer_with_another_state_is_refused_and_ours_still_taken(access: Access) -> None:
    browser = Browser("/?code=stolen&state=guessed", "/?code=stolen", "/favicon.ico", "/?error=access_denied&state=x")
    answer = by_browser(access.oauth, "support", Person(browser))
    assert answer["access_token"]
    assert [status for status, _text in browser.pages[:4]] == [400] * 4
    assert [form["code"] for path, form in access.stub.requests if path == "token"] != ["stolen"]
    assert access.stub.asked["authorization_code"] == 1


def test_the_last_address_can_be_pasted(access: Access) -> None:
    """Over SSH: the browser is elsewhere and ends at an address nobody listens at."""
    person = Person(lambda text: led_to(text) if is_page(text) else "")
    assert by_browser(access.oauth, "support", person)["refresh_token"]
    assert access.stub.complaints == []


def test_a_pasted_address_of_something_else_is_told(access: Access) -> None:
    pages = []

    def answer(text: str) -> str:
        if is_page(text):
            pages.append(text)
            return "http://127.0.0.1:1/?code=stolen&state=guessed"
        return led_to(pages[0]) if "not the address" in text else ""

    person = Person(answer)
    assert by_browser(access.oauth, "support", person)["refresh_token"]
    assert any("not the address" in text for text in person.said)
    assert access.stub.asked["authorization_code"] == 1


@pytest.mark.parametrize("garbage", ["no address", "http://[", "http://127.0.0.1/?state", "?" + "a&" * 100])
def test_pasted_garbage_is_told_and_nothing_is_asked(access: Access, garbage: str) -> None:
    person = Person(lambda text: garbage if is_page(text) else "")
    with pytest.raises(LoginRefused, match="in time"):
        by_browser(access.oauth, "support", person, patience=0.3)
    assert any("not the address" in text for text in person.said)
    assert access.stub.requests == []


def test_access_that_is_denied_is_told(access: Access) -> None:
    def answer(text: str) -> str:
        if not is_page(text):
            return ""
        asked = parse_qs(urlsplit(text).query)
        return f"{asked['redirect_uri'][0]}/?error=access_denied&state={asked['state'][0]}"

    with pytest.raises(LoginRefused, match="does not grant access: access_denied"):
        by_browser(access.oauth, "support", Person(answer))
    assert access.stub.requests == []


def test_nobody_listens_any_more_afterwards(access: Access) -> None:
    person = Person()
    with pytest.raises(LoginRefused):
        by_browser(access.oauth, "support", person, patience=0.2)
    (page,) = [text for text in person.said if is_page(text)]
    with pytest.raises(OSError, match="refused"):
        opened(parse_qs(urlsplit(page).query)["redirect_uri"][0])
