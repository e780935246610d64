"""The table of verbs, and what a keys.toml can and cannot do to it."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from supportdesk.keymap import (
    ACTIONS,
    BY_ID,
    CONTEXTS,
    Keymap,
    is_typed_into,
    load,
    markdown,
    remapped,
    shift_is_lost,
    strokes,
    twins,
)

IDS = [action.id for action in ACTIONS]
KEYS = st.sampled_from(["r", "R", "f5", "ctrl+r", "g", "g r", "; x", "enter", "Z", "ㄱ", "?", "ctrl+f", "f2"])


def clashes(keymap: Keymap) -> list[tuple[str, str]]:
    """(context, key) where two verbs want one key, or a key is also the first of two strokes."""
    found: list[tuple[str, str]] = []
    for context in CONTEXTS:
        live = keymap.live(context)
        verbs = {bound.key: {other.action.id for other in live if other.key == bound.key} for bound in live}
        found += [(context, key) for key, ids in verbs.items() if len(ids) > 1]
        found += [(context, bound.key) for bound in live if bound.prefix in verbs]
    return found


def test_no_default_key_means_two_things_in_one_context() -> None:
    assert clashes(Keymap()) == []


def test_ids_are_unique_and_words_are_within_a_context() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for context in CONTEXTS:
        ids = {bound.action.id for bound in Keymap().live(context)}
        assert len({BY_ID[id].word for id in ids}) == len(ids), context


def test_the_same_verb_has_the_same_key_wherever_it_works() -> None:
    for key, id in {"r": "ticket.reply", "a": "ticket.assign", "e": "ticket.solve", "u": "ticket.undo"}.items():
        for context in ("queue", "ticket", "search"):
            action = Keymap().action(context, key)
            assert action is not None
            assert action.id == id


def test_where_text_is_typed_no_single_key_is_a_verb() -> None:
    for context in filter(is_typed_into, CONTEXTS):
        assert [bound.key for bound in Keymap().live(context) if len(bound.key) == 1] == []


def test_nothing_essential_is_on_a_key_a_terminal_cannot_tell() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    assert not keys & {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+enter", "shift+enter"}
    assert not [key for key in keys if "alt+" in key]


@pytest.mark.parametrize(
    ("key", "jamo"),
    [("j", "ㅓ"), ("k", "ㅏ"), ("r", "ㄱ"), ("R", "ㄲ"), ("m", "ㅡ"), ("P", "ㅖ"), ("/", None), ("J", None)],
)
def test_a_letter_has_the_jamo_its_key_types(key: str, jamo: str | None) -> None:
    assert twins(key) == ((jamo,) if jamo else ())


def test_shift_is_lost_where_it_makes_no_other_jamo() -> None:
    assert shift_is_lost("M")
    assert not shift_is_lost("R")
    assert not shift_is_lost("m")
    assert not shift_is_lost("?")


@pytest.mark.parametrize(
    ("typed", "keys"), [("햐", "gi"), ("ㅓ", "j"), ("ㅘ", "hk"), ("닭", "ekfr"), ("까", "Rk"), ("x", "x"), ("漢", "漢")]
)
def test_a_composed_syllable_is_the_strokes_that_made_it(typed: str, keys: str) -> None:
    assert strokes(typed) == keys


@given(st.integers(0xAC00, 0xD7A3))
def test_every_syllable_has_two_to_five_strokes_of_letters(code: int) -> None:
    keys = strokes(chr(code))
    assert 2 <= len(keys) <= 5
    assert keys.isascii()
    assert keys.isalpha()


def test_a_jamo_does_what_its_letter_does_also_as_second_stroke() -> None:
    keymap = Keymap()
    assert keymap.action("queue", "ㄱ") == BY_ID["ticket.reply"]
    assert keymap.action("queue", "ㄲ") == BY_ID["ticket.reply_sender"]
    assert keymap.action("queue", "ㅎ ㅑ") == BY_ID["go.mine"]
    assert {bound.last for bound in keymap.continuations("queue", "ㅎ")} >= {"i", "u", "g"}


def written(tmp_path: Path, text: str) -> Keymap:
    path = tmp_path / "keys.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_a_file_moves_keys_by_id(tmp_path: Path) -> None:
    keymap = written(tmp_path, '[ticket]\nreply = ["f5", "Z"]\nforward = ""\n"go.mine" = "f"\n[go]\nmine = "f"\n')
    assert keymap.keys_for("ticket.reply") == ("f5", "Z")
    assert keymap.keys_for("ticket.forward") == ()
    assert keymap.action("queue", "f") == BY_ID["go.mine"]
    assert keymap.action("ticket", "Z") == BY_ID["ticket.reply"]
    assert keymap.action("ticket", "r") is None
    assert len(keymap.problems) == 1
    assert "ticket.go.mine" in keymap.problems[0]


def test_two_verbs_can_swap_their_keys(tmp_path: Path) -> None:
    keymap = written(tmp_path, '[ticket]\nreply = "n"\nnote = "r"\n')
    assert keymap.problems == ()
    assert keymap.action("queue", "n") == BY_ID["ticket.reply"]
    assert keymap.action("queue", "r") == BY_ID["ticket.note"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[ticket]\nreply = "f"', "ticket.reply keeps its default: 'f' is already ticket.forward in queue"),
        ('[ticket]\nreply = "g"', "ticket.reply keeps its default"),
        ('[ticket]\nreply = "ctrl+m"', "a terminal cannot tell ctrl+m from enter"),
        ('[ticket]\nreply = "ctrl+shift+alt+r"', "is no key"),
        ("[ticket]\nreply = 7", "a key is a text"),
        ('[composer]\neditor = "x"', "is text while writing"),
        ('[ticket]\nanswer = "r"', "There is no action ticket.answer"),
        ("reply = ", "was not read"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_stays_as_it_was(tmp_path: Path, text: str, complaint: str) -> None:
    keymap = written(tmp_path, text)
    assert len(keymap.problems) == 1
    assert complaint in keymap.problems[0]
    assert keymap.bindings("queue") == Keymap().bindings("queue")
    assert keymap.bindings("composer") == Keymap().bindings("composer")


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Keymap()


def test_a_file_that_is_not_text_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert "was not read" in load(path).problems[0]


@example({"sheet.send": ["g", "g r"]})
@given(st.dictionaries(st.sampled_from(IDS), st.one_of(KEYS, st.lists(KEYS, max_size=3)), max_size=8))
def test_whatever_is_wished_no_context_has_a_key_twice(wishes: dict[str, object]) -> None:
    keymap = remapped(wishes)
    assert clashes(keymap) == []
    assert len(keymap.moved) + len(keymap.problems) == len(wishes)


def test_the_manual_names_every_action_with_its_keys_in_force() -> None:
    text = markdown(remapped({"ticket.reply": "f5"}))
    assert all(f"`{action.id}`" in text for action in ACTIONS)
    assert "| `f5` | Reply | `ticket.reply` |" in text
    assert "`\\|`" in text
