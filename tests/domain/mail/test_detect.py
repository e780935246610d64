"""A few unlabelled words are enough to tell their charset, and Latin ones are not guessed at."""

import pytest

from supportdesk.domain.mail.detect import detect


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp949", "환불 문의"),
        ("cp949", "안녕하세요"),
        ("cp949", "세금계산서.pdf"),
        ("cp932", "ツール EXAMPLE"),
        ("cp932", "請求書.pdf"),
        ("euc_jp", "商品の返品について"),
        ("gb18030", "您好，请问我的订单什么时候发货？"),
        ("big5hkscs", "您好,請問我的訂單什麼時候出貨?"),
        ("koi8_r", "Здравствуйте, где мой заказ?"),
        ("cp1251", "Возврат"),
        ("cp1253", "Καλημέρα, πού είναι η παραγγελία μου;"),
        ("cp1256", "مرحبا أين طلبي"),
        ("cp874", "สวัสดีครับ สินค้า"),
    ],
)
def test_words_of_a_language_tell_their_charset(codec: str, text: str) -> None:
    assert detect(text.encode(codec)) == codec


@pytest.mark.parametrize("text", ["Müller grüßt", "Déjà payé", "Größe", "Ü"])
def test_latin_letters_are_left_open(text: str) -> None:
    assert detect(text.encode("cp1252")) == ""


def test_nothing_is_detected_in_noise() -> None:
    assert detect(bytes(range(128, 256)) * 4) == ""


def test_a_character_cut_at_the_end_of_the_sample_does_not_matter() -> None:
    assert detect(b"x" + "안녕하세요 ".encode("cp949") * 1000) == "cp949"
