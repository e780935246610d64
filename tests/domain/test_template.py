"""Canned replies are filled once, show what is missing, and cannot grow without end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.template import MAX_RENDERED, NAMES, placeholders, render, unfilled

VALUES = {"customer.name": "김민수", "ticket.number": "1042", "agent.signature": "", "customer.주문 번호": "A-1029"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("안녕하세요, {{customer.name}} 고객님", "안녕하세요, 김민수 고객님"),
        ("#{{ ticket.number }}", "#1042"),
        ("{{customer.name|고객님}}", "김민수"),
        ("{{customer.nickname|고객님}}", "고객님"),
        ("{{customer.nickname| 고객님 }}", "고객님"),
        ("{{customer.nickname|}}", ""),
        ("[{{agent.signature}}]", "[]"),
        ("{{agent.signature|-- }}", "--"),
        ("{{customer.주문 번호}}", "A-1029"),
        ("{{customer.nickname}}", "{{customer.nickname}}"),
        ("{{ }} {{|x}} {{{{ }}}} {a} {% if %}", "{{ }} {{|x}} {{{{ }}}} {a} {% if %}"),
        ("{{customer.name", "{{customer.name"),
    ],
)
def test_render(text: str, filled: str) -> None:
    assert render(text, VALUES) == filled


def test_what_is_missing_is_told_once_and_in_order() -> None:
    text = "{{b}} {{customer.name}} {{a}} {{b}} {{c|x}} {{agent.signature}}"
    assert unfilled(text, VALUES) == ("b", "a")
    assert placeholders(text) == ("b", "customer.name", "a", "c", "agent.signature")


def test_a_value_is_never_a_template() -> None:
    assert render("{{a}}", {"a": "{{b}}", "b": "secret"}) == "{{b}}"


def test_the_result_is_bounded() -> None:
    assert render("x{{a}}" * 10_000, {"a": "y" * MAX_RENDERED}) == "x" + "y" * (MAX_RENDERED - 1)
    assert len(render("z" * (MAX_RENDERED + 1), {})) == MAX_RENDERED


def test_many_braces_are_no_burden() -> None:
    text = "{{" * 50_000
    assert render(text, VALUES) == text


@settings(max_examples=100)
@given(st.text(st.sampled_from("{}|ab. "), max_size=40))
def test_without_values_only_defaults_change_a_text(text: str) -> None:
    assert ("|" in text) or render(text, {}) == text


@pytest.mark.parametrize("name", NAMES)
def test_every_promised_name_is_a_placeholder(name: str) -> None:
    assert placeholders(f"{{{{{name}}}}}") == (name,)
