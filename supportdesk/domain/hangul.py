"""What a Hangul letter may become while it is typed, as patterns over normalised text.

Code points of syllables follow from their parts (Unicode chapter 3.12): 19 initials × 21 vowels × 28 finals.
"""

import re

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_GROWING_VOWELS = {"ㅗ": "ㅘㅙㅚ", "ㅜ": "ㅝㅞㅟ", "ㅡ": "ㅢ"}
_JOINED = {
    joined: (first, second)
    for joined, first, second in zip(
        "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ", "ㄱㄴㄴㄹㄹㄹㄹㄹㄹㄹㅂ", "ㅅㅈㅎㄱㅁㅂㅅㅌㅍㅎㅅ", strict=True
    )
}
_SEPARATED = str.maketrans({joined: first + second for joined, (first, second) in _JOINED.items()})

_FIRST_SYLLABLE = 0xAC00
_SYLLABLES = range(_FIRST_SYLLABLE, 0xD7A4)
_CONJOINING_INITIALS = range(0x1100, 0x1113)


def separated(text: str) -> str:
    """``text`` with consonants that an IME joined (``ㄱㅅ`` becomes ``ㄳ``) as they were typed."""
    return text.translate(_SEPARATED)


def letter_pattern(letter: str, *, last: bool) -> str:
    """What a typed letter finds: an initial every syllable it begins, the last syllable all it may still become."""
    code = ord(letter)
    if code in _CONJOINING_INITIALS:
        return f"[{letter}{_beginning_with(code - _CONJOINING_INITIALS.start)}]"
    return _half_composed(code) if last and code in _SYLLABLES else re.escape(letter)


def _half_composed(code: int) -> str:
    initial_and_vowel, final = divmod(code - _FIRST_SYLLABLE, len(_FINALS))
    if not final:
        initial, vowel = divmod(initial_and_vowel, len(_VOWELS))
        vowels = _VOWELS[vowel] + _GROWING_VOWELS.get(_VOWELS[vowel], "")
        return "[" + "".join(_open(initial * len(_VOWELS) + _VOWELS.index(each)) for each in vowels) + "]"
    consonant = _FINALS[final]
    kept, moved = _JOINED.get(consonant, (" ", consonant))
    grown = (joined for joined, parts in _JOINED.items() if parts[0] == consonant)
    closed = "".join(chr(code - final + _FINALS.index(each)) for each in (consonant, *grown))
    moved_on = chr(code - final + _FINALS.index(kept)) + f"[{_beginning_with(_INITIALS.index(moved))}]"
    return f"(?:[{closed}]|{moved_on})"


def _beginning_with(initial: int) -> str:
    first = _FIRST_SYLLABLE + initial * len(_VOWELS) * len(_FINALS)
    return f"{chr(first)}-{chr(first + len(_VOWELS) * len(_FINALS) - 1)}"


def _open(initial_and_vowel: int) -> str:
    """Syllables of an initial and a vowel, with any final consonant."""
    first = _FIRST_SYLLABLE + initial_and_vowel * len(_FINALS)
    return f"{chr(first)}-{chr(first + len(_FINALS) - 1)}"
