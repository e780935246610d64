"""Which charset unlabelled bytes are in, by how common their characters would be in the languages that use it.

Made for the few words of a subject line, where statistics over bytes guess wildly. Bounded: one sample, few codecs.
"""

import re
from collections.abc import Callable

SAMPLE = 2048
_CERTAIN = 0.6

_SYLLABLES = frozenset(
    "이다는에을의가고하은를도로한지사기어자리그대서인나시만아니안것해부수일보라과구정제문여와게들니스신주상전장원으용있었습합요금없년월오후되생중요경공국"
    "동면모무물미바발방배번법비산상선설성세소속송실심알야양업연영예완우운위유음응입작잘적절점접조종좋준즉직진집차찾처천체초최출취치카코크타터통트특"
    "파판팔편평포표품프필할함항행현형호화확환회효휴히간감강개객거건검격결계관광교군권귀규극급긴길김까깨꼭꾸끝난날남내너넣네노논높누늘능단달담당답"
    "더덕데돈돌동됐된될두드든듣디따때또떤떻뜻락람랑래량러럼레려력련령례록론료루류률르른름릅립링마막말맞매먹메며면명몇목못반받별병복본봐부북분불"
    "빠뿐세셔쇼순술쉬습승식십싶써씀씨악았애액약언얼없엇었에엔열였옆오옵올옷왔외욕울월웹으은을의임입있잖재저정져족죄줄줘쪽찰참창채청추축충측층친"
    "녕닙침칭켜큰탁태택토퇴투티패퍼페평폐폰폼풀피학했허험협혹후훈흔흰힘"
)
_CYRILLIC = frozenset("оеаинтсрвлкмдпуязыьгбчйхжОЕАИНТСРВЛКМДПУЗДВ")
_GREEK = frozenset("αοιετνσηρπκμλςυωγδάέήίόύώ")


def detect(data: bytes) -> str:
    """A Python codec, or "" when no language fits: then it may be Latin letters, which bytes alone cannot tell."""
    sample = data[:SAMPLE]
    best, best_score = "", _CERTAIN
    for codec, score in _CODECS.items():
        text = _decoded(sample, codec)
        foreign = [c for c in text if c > "\x7f"]
        if foreign:
            found = score(text, foreign)
            if found > best_score:
                best, best_score = codec, found
    return best


def _decoded(sample: bytes, codec: str) -> str:
    """The sample as text, "" when it does not fit; its last character may be cut."""
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(codec)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 4 or len(sample) < SAMPLE:
                return ""
    return ""


def _mean(characters: list[str], weigh: Callable[[str], float]) -> float:
    return sum(map(weigh, characters)) / len(characters)


def _korean(text: str, foreign: list[str]) -> float:
    def weigh(character: str) -> float:
        if character in _SYLLABLES:
            return 1.0
        if "가" <= character <= "힣":
            return 0.86 if len(character.encode("euc_kr", "ignore")) == 2 else 0.3
        return 0.3

    return _mean(foreign, weigh)


def _japanese(codec: str, levels: tuple[int, int]) -> Callable[[str, list[str]], float]:
    def weigh(character: str) -> float:
        if "぀" <= character <= "ヿ" or character in "、。！？「」":
            return 1.0
        if "一" <= character <= "鿿":
            return 0.8 if levels[0] <= character.encode(codec, "replace")[0] <= levels[1] else 0.3
        return 0.1

    return lambda text, foreign: _mean(foreign, weigh)


def _chinese(codec: str, levels: tuple[int, int]) -> Callable[[str, list[str]], float]:
    def weigh(character: str) -> float:
        if "一" <= character <= "鿿":
            encoded = character.encode(codec, "replace")
            return 0.9 if levels[0] <= encoded[0] <= levels[1] and encoded[-1] >= 0x40 else 0.25
        return 0.9 if character in "，。？！：；“”、（）《》" else 0.1

    return lambda text, foreign: _mean(foreign, weigh)


def _letters(common: frozenset[str], first: str, last: str) -> Callable[[str, list[str]], float]:
    """Alphabets of one byte a letter: whole words of them, not single letters within Latin words."""

    def weigh(character: str) -> float:
        if character in common:
            return 1.0
        return 0.5 if first <= character <= last else 0.0

    def score(text: str, foreign: list[str]) -> float:
        if len(foreign) < 2:
            return 0.0
        mixed = len(_MIXED.findall(text)) + len(_SHOUTING.findall(text))
        return _mean(foreign, weigh) - mixed / len(foreign)

    return score


_MIXED = re.compile(r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]")
_SHOUTING = re.compile(r"[а-яα-ωё][А-ЯΑ-Ω]")

_CODECS: dict[str, Callable[[str, list[str]], float]] = {
    "cp949": _korean,
    "cp932": _japanese("cp932", (0x88, 0x97)),
    "euc_jp": _japanese("euc_jp", (0xB0, 0xCF)),
    "gb18030": _chinese("gb18030", (0xB0, 0xD7)),
    "big5hkscs": _chinese("big5hkscs", (0xA4, 0xC6)),
    "cp1251": _letters(_CYRILLIC, "А", "я"),
    "koi8_r": _letters(_CYRILLIC, "А", "я"),
    "cp1253": _letters(_GREEK, "Ά", "ώ"),
    "cp1255": _letters(frozenset("יוהלאםתרבמ"), "א", "ת"),
    "cp1256": _letters(frozenset("اليمنوتربدكسعف"), "ء", "ي"),
    "cp874": _letters(frozenset("านรอกเงมยลวดทสตะปบ่้ัีิุู"), "ก", "๛"),
}
