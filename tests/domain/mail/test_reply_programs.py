"""What a customer wrote above a plain quote, as each mail program writes the line or the block between them."""

import pytest

from supportdesk.domain.mail.parse import parse_body

REPLY = "Thank you, please go on."
QUOTED = "\n> old text\n> more old\n"
BARE = "\nold text\nmore old\n"

PLAIN = {
    "gmail en": "On Sat, Nov 21, 2026 at 9:00 AM Kim Lee <kim@a.kr> wrote:" + QUOTED,
    "gmail en old": "On Sat, Nov 21, 2026 at 9:00 AM, Kim Lee <kim@a.kr> wrote:" + QUOTED,
    "gmail en wrapped": (
        "On Sat, Nov 21, 2026 at 9:00 AM Kim Lee With A Long Name <\nkim.long.address@example.kr> wrote:" + QUOTED
    ),
    "apple en": "On Nov 21, 2026, at 9:00 AM, Kim Lee <kim@a.kr> wrote:" + QUOTED,
    "apple en noquote": "On Nov 21, 2026, at 9:00 AM, Kim Lee <kim@a.kr> wrote:" + BARE,
    "apple >On": "> On Nov 21, 2026, at 9:00 AM, Kim Lee <kim@a.kr> wrote:\n>" + QUOTED,
    "tbird en": "On 11/21/26 9:00 AM, Kim Lee wrote:" + QUOTED,
    "tbird en2": "Am 21.11.26 um 09:00 schrieb Kim Lee:" + QUOTED,
    "gmail ko": "2026년 11월 21일 (토) 오후 9:00, 김민지 <kim@a.kr>님이 작성:" + QUOTED,
    "gmail ko noquote": "2026년 11월 21일 (토) 오후 9:00, 김민지 <kim@a.kr>님이 작성:" + BARE,
    "gmail ko wrapped": (
        "2026년 11월 21일 (토) 오후 9:00, 김민지 고객지원팀 <\nsupport.team@example.kr>님이 작성:" + QUOTED
    ),
    "apple ko": "2026. 11. 21. 오후 9:00, 김민지 <kim@a.kr> 작성:" + QUOTED,
    "apple ko2": "김민지 <kim@a.kr> 2026. 11. 21. 오후 9:00 작성:" + QUOTED,
    "tbird ko": "2026-11-21 오후 9:00에 김민지 이(가) 쓴 글:" + QUOTED,
    "tbird ko2": "26. 11. 21. 21:00에 김민지 이(가) 쓴 글:" + QUOTED,
    "naver": (
        '-----Original Message-----\nFrom: "김민지"<kim@naver.com>\nTo: <a@b.kr>;\nCc:\n'
        "Sent: 2026-11-21 (토) 21:00:00 (GMT+09:00)\nSubject: 문의" + BARE
    ),
    "daum": (
        "--------- 원본 메일 ---------\n보낸사람 : 김민지 <kim@hanmail.net>\n받는사람 : a@b.kr\n"
        "날짜: 2026년 11월 21일 토요일, 21시 00분 00초 +0900\n제목: 문의" + BARE
    ),
    "outlook ko": (
        "보낸 사람: 김민지 <kim@a.kr>\n보낸 날짜: 2026년 11월 21일 토요일 오후 9:00\n"
        "받는 사람: 고객지원 <a@b.kr>\n제목: RE: 문의" + BARE
    ),
    "outlook ko old": (
        "-----원본 메시지-----\n보낸 사람: 김민지 [mailto:kim@a.kr]\n"
        "보낸 날짜: 2026년 11월 21일 토요일 오후 9:00\n받는 사람: a\n제목: 문의" + BARE
    ),
    "outlook app ko": (
        "________________________________\n보낸 사람: 김민지 <kim@a.kr>\n"
        "보낸 날짜: Saturday, November 21, 2026 9:00:00 PM\n받는 사람: a@b.kr <a@b.kr>\n제목: 문의" + BARE
    ),
    "kakao": (
        "-----원본 메일-----\n보낸 사람: 김민지 <kim@kakao.com>\n받는 사람: a@b.kr\n"
        "날짜: 2026. 11. 21 21:00\n제목: 문의" + BARE
    ),
    "hiworks": (
        "----- Original Message -----\nFrom : 김민지 <kim@a.kr>\nTo : a@b.kr\nSent : 2026-11-21 21:00:00\n"
        "Subject : 문의" + BARE
    ),
    "works": (
        '-----Original Message-----\nFrom: "김민지" <kim@a.kr>\nTo: "a" <a@b.kr>;\nCc:\n'
        "Sent: 2026. 11. 21. (토) 21:00 (UTC+09:00)\nSubject: 문의" + BARE
    ),
    "outlook en": (
        "From: Kim Lee <kim@a.kr>\nSent: Saturday, November 21, 2026 9:00 AM\nTo: a <a@b.kr>\nSubject: RE: q" + BARE
    ),
    "outlook en star": (
        "*From:* Kim Lee <kim@a.kr>\n*Sent:* Saturday, November 21, 2026 9:00 AM\n*To:* a <a@b.kr>\n"
        "*Subject:* RE: q" + BARE
    ),
    "apple fwd-like": (
        "From: Kim Lee <kim@a.kr>\nDate: Saturday, 21 November 2026 at 9:00\nTo: a <a@b.kr>\nSubject: Re: q" + BARE
    ),
    "ja gmail": "2026年11月21日(土) 21:00 山田太郎 <yamada@a.jp>:" + QUOTED,
    "ja gmail noquote": "2026年11月21日(土) 21:00 山田太郎 <yamada@a.jp>:" + BARE,
    "ja apple": "2026/11/21 21:00、山田太郎 <yamada@a.jp>のメール:" + QUOTED,
    "ja tbird": "On 2026/11/21 21:00, 山田太郎 wrote:" + QUOTED,
    "ja tbird2": "2026/11/21 21:00 に 山田太郎 さんは書きました:" + QUOTED,
    "ja outlook": ("差出人: 山田太郎 <yamada@a.jp>\n送信日時: 2026年11月21日 21:00\n宛先: a@b.jp\n件名: Re: 件" + BARE),
    "ja outlook full": (
        "差出人：山田太郎 <yamada@a.jp>\n送信日時：2026年11月21日 21:00\n宛先：a@b.jp\n件名：Re: 件" + BARE
    ),
    "ja yahoo": (
        "----- Original Message -----\nFrom: 山田太郎 <yamada@a.jp>\nTo: a@b.jp\n"
        "Date: 2026/11/21, Sat 21:00\nSubject: 件" + BARE
    ),
    "zh gmail": "王伟 <wang@a.cn> 于2026年11月21日周六 21:00写道：" + QUOTED,
    "zh gmail tw": "王偉 <wang@a.tw> 於 2026年11月21日 週六 下午9:00寫道：" + QUOTED,
    "zh apple": "在 2026年11月21日，21:00，王伟 <wang@a.cn> 写道：" + QUOTED,
    "zh qq": (
        '------------------ 原始邮件 ------------------\n发件人: "王伟" <wang@qq.com>;\n'
        '发送时间: 2026年11月21日(星期六) 晚上9:00\n收件人: "a"<a@b.cn>;\n主题: 问题' + BARE
    ),
    "zh 163": '在 2026-11-21 21:00:00，"王伟" <wang@163.com> 写道：' + BARE,
    "zh 163b": 'At 2026-11-21 21:00:00, "王伟" <wang@163.com> wrote:' + BARE,
    "zh outlook": (
        "发件人: 王伟 <wang@a.cn>\n发送时间: 2026年11月21日 21:00\n收件人: a <a@b.cn>\n主题: 回复: 问题" + BARE
    ),
    "zh tw outlook": (
        "寄件者: 王偉 <wang@a.tw>\n寄件日期: 2026年11月21日 下午 09:00\n收件者: a <a@b.tw>\n主旨: RE: 問題" + BARE
    ),
    "zh aliyun": (
        "------------------------------------------------------------------\n发件人：王伟 <wang@a.cn>\n"
        "发送时间：2026年11月21日(星期六) 21:00\n收件人：a <a@b.cn>\n主　题：问题" + BARE
    ),
    "de gmail": "Am Sa., 21. Nov. 2026 um 09:00 Uhr schrieb Kim Lee <kim@a.de>:" + QUOTED,
    "de apple": "Am 21.11.2026 um 09:00 schrieb Kim Lee <kim@a.de>:" + BARE,
    "de outlook": (
        "Von: Kim Lee <kim@a.de>\nGesendet: Samstag, 21. November 2026 09:00\nAn: a <a@b.de>\nBetreff: AW: Frage" + BARE
    ),
    "de gmx": (
        'Gesendet: Samstag, 21. November 2026 um 09:00 Uhr\nVon: "Kim Lee" <kim@a.de>\nAn: a@b.de\n'
        "Betreff: Re: Frage" + BARE
    ),
    "de tonline": (
        "-----Original-Nachricht-----\nBetreff: Frage\nDatum: 2026-11-21T09:00:00+0100\n"
        'Von: "Kim" <kim@a.de>\nAn: a@b.de' + BARE
    ),
    "de ursp": (
        "-----Ursprüngliche Nachricht-----\nVon: Kim Lee <kim@a.de>\n"
        "Gesendet: Samstag, 21. November 2026 09:00\nAn: a\nBetreff: x" + BARE
    ),
    "fr gmail": "Le sam. 21 nov. 2026 à 09:00, Kim Lee <kim@a.fr> a écrit :" + QUOTED,
    "fr apple": "Le 21 nov. 2026 à 09:00, Kim Lee <kim@a.fr> a écrit :" + BARE,
    "fr outlook": (
        "De : Kim Lee <kim@a.fr>\nEnvoyé : samedi 21 novembre 2026 09:00\nÀ : a <a@b.fr>\nObjet : RE: question" + BARE
    ),
    "fr outlook2": (
        "De : Kim Lee <kim@a.fr>\nDate : samedi, 21 novembre 2026 à 09:00\nÀ : a <a@b.fr>\nObjet : Re: question" + BARE
    ),
    "fr orange": (
        '> Message du 21/11/26 09:00\n> De : "Kim Lee" <kim@a.fr>\n> A : a@b.fr\n> Copie à : \n'
        "> Objet : question\n>" + QUOTED
    ),
    "fr orange2": ("envoyé : 21 novembre 2026 à 09:00\nde : Kim Lee <kim@a.fr>\nà : a@b.fr\nobjet : question" + BARE),
    "es gmail": "El sáb, 21 nov 2026 a las 9:00, Kim Lee (<kim@a.es>) escribió:" + QUOTED,
    "es gmail2": "El sáb, 21 nov 2026 a la(s) 9:00 a.m., Kim Lee (kim@a.es) escribió:" + QUOTED,
    "es apple": "El 21 nov 2026, a las 9:00, Kim Lee <kim@a.es> escribió:" + BARE,
    "es outlook": (
        "De: Kim Lee <kim@a.es>\nEnviado: sábado, 21 de noviembre de 2026 9:00\nPara: a <a@b.es>\n"
        "Asunto: RE: pregunta" + BARE
    ),
    "es outlook el": (
        "De: Kim Lee <kim@a.es>\nEnviado el: sábado, 21 de noviembre de 2026 9:00\nPara: a <a@b.es>\n"
        "Asunto: RE: pregunta" + BARE
    ),
    "pt gmail": "Em sáb., 21 de nov. de 2026 às 09:00, Kim Lee <kim@a.br> escreveu:" + QUOTED,
    "pt gmail pt": "Kim Lee <kim@a.pt> escreveu (sábado, 21/11/2026 à(s) 09:00):" + QUOTED,
    "pt apple": "No dia 21/11/2026, às 09:00, Kim Lee <kim@a.pt> escreveu:" + BARE,
    "pt outlook": (
        "De: Kim Lee <kim@a.br>\nEnviada em: sábado, 21 de novembro de 2026 09:00\nPara: a <a@b.br>\n"
        "Assunto: RES: pergunta" + BARE
    ),
    "pt outlook2": (
        "De: Kim Lee <kim@a.br>\nEnviado: sábado, 21 de novembro de 2026 09:00\nPara: a <a@b.br>\n"
        "Assunto: Re: pergunta" + BARE
    ),
    "it gmail": "Il giorno sab 21 nov 2026 alle ore 09:00 Kim Lee <kim@a.it> ha scritto:" + QUOTED,
    "it apple": "Il giorno 21 nov 2026, alle ore 09:00, Kim Lee <kim@a.it> ha scritto:" + BARE,
    "it tbird": "Il 21/11/26 09:00, Kim Lee ha scritto:" + QUOTED,
    "it outlook": (
        "Da: Kim Lee <kim@a.it>\nInviato: sabato 21 novembre 2026 09:00\nA: a <a@b.it>\nOggetto: R: domanda" + BARE
    ),
    "it libero": "Il 21/11/2026 09:00 CET Kim Lee <kim@a.it> ha scritto:" + BARE,
    "nl gmail": "Op za 21 nov 2026 om 09:00 schreef Kim Lee <kim@a.nl>:" + QUOTED,
    "nl apple": "Op 21 nov 2026, om 09:00 heeft Kim Lee <kim@a.nl> het volgende geschreven:" + BARE,
    "nl tbird": "Op 21-11-2026 om 09:00 schreef Kim Lee:" + QUOTED,
    "nl outlook": (
        "Van: Kim Lee <kim@a.nl>\nVerzonden: zaterdag 21 november 2026 09:00\nAan: a <a@b.nl>\n"
        "Onderwerp: RE: vraag" + BARE
    ),
    "ru gmail": "сб, 21 нояб. 2026 г. в 09:00, Ким Ли <kim@a.ru>:" + QUOTED,
    "ru mailru": "Суббота, 21 ноября 2026, 9:00 +03:00 от Ким Ли <kim@a.ru>:" + QUOTED,
    "ru yandex": '21.11.2026, 09:00, "Ким Ли" <kim@a.ru>:' + QUOTED,
    "ru apple": "21 нояб. 2026 г., в 09:00, Ким Ли <kim@a.ru> написал(а):" + BARE,
    "ru tbird": "21.11.2026 9:00, Ким Ли пишет:" + QUOTED,
    "ru outlook": (
        "От: Ким Ли <kim@a.ru>\nОтправлено: 21 ноября 2026 г. 9:00\nКому: a <a@b.ru>\nТема: RE: вопрос" + BARE
    ),
    "ru outlook2": ("From: Ким Ли <kim@a.ru>\nSent: Saturday, November 21, 2026 9:00 AM\nTo: a\nSubject: x" + BARE),
    "pl gmail": "sob., 21 lis 2026 o 09:00 Kim Lee <kim@a.pl> napisał(a):" + QUOTED,
    "pl apple": "Wiadomość napisana przez Kim Lee <kim@a.pl> w dniu 21 lis 2026, o godz. 09:00:" + BARE,
    "pl tbird": "W dniu 21.11.2026 o 09:00, Kim Lee pisze:" + QUOTED,
    "pl outlook": (
        "Od: Kim Lee <kim@a.pl>\nWysłano: sobota, 21 listopada 2026 09:00\nDo: a <a@b.pl>\nTemat: ODP: pytanie" + BARE
    ),
    "pl onet": "Dnia 21 listopada 2026 09:00 Kim Lee <kim@a.pl> napisał(a):" + BARE,
    "tr": "Kim Lee <kim@a.tr>, 21 Kas 2026 Cmt, 09:00 tarihinde şunu yazdı:" + QUOTED,
    "cs": "so 21. 11. 2026 v 9:00 odesílatel Kim Lee <kim@a.cz> napsal:" + QUOTED,
    "sv": "Den lör 21 nov. 2026 kl 09:00 skrev Kim Lee <kim@a.se>:" + QUOTED,
    "da": "Den lør. 21. nov. 2026 kl. 09.00 skrev Kim Lee <kim@a.dk>:" + QUOTED,
    "no": "lør. 21. nov. 2026 kl. 09:00 skrev Kim Lee <kim@a.no>:" + QUOTED,
    "fi": "la 21. marrask. 2026 klo 9.00 Kim Lee (kim@a.fi) kirjoitti:" + QUOTED,
    "vi": "Vào Th 7, 21 thg 11, 2026 vào lúc 09:00 Kim Lee <kim@a.vn> đã viết:" + QUOTED,
    "id": "Pada tanggal Sab, 21 Nov 2026 pukul 09.00 Kim Lee <kim@a.id> menulis:" + QUOTED,
    "th": "ในวันที่ ส. 21 พ.ย. 2026 เวลา 09:00 Kim Lee <kim@a.th> เขียนว่า:" + QUOTED,
    "hu": "Kim Lee <kim@a.hu> ezt írta (időpont: 2026. nov. 21., Szo, 9:00):" + QUOTED,
    "ro": "În sâm., 21 nov. 2026 la 09:00, Kim Lee <kim@a.ro> a scris:" + QUOTED,
    "uk": "сб, 21 лист. 2026 р. о 09:00 Кім Лі <kim@a.ua> пише:" + QUOTED,
    "el": "Στις Σάβ 21 Νοε 2026 στις 9:00 π.μ., ο χρήστης Kim Lee <kim@a.gr> έγραψε:" + QUOTED,
    "zoho": "---- On Sat, 21 Nov 2026 09:00:00 +0900 Kim Lee <kim@a.in> wrote ----" + BARE,
    "yahoo": ("    On Saturday, November 21, 2026 at 09:00:00 AM GMT+9, Kim Lee <kim@a.kr> wrote:  \n \n " + BARE),
    "notes": "From:\tKim Lee/ACME\nTo:\ta/ACME@ACME,\nDate:\t21.11.2026 09:00\nSubject:\tRe: q" + BARE,
    "begin reply": "##- Please type your reply above this line -##\nold" + BARE,
    "ms teams hr": (
        "________________________________\nFrom: Kim Lee <kim@a.kr>\n"
        "Sent: Saturday, November 21, 2026 9:00 AM\nTo: a\nSubject: q" + BARE
    ),
    "fwd": (
        "---------- Forwarded message ---------\nFrom: Kim Lee <kim@a.kr>\n"
        "Date: Sat, Nov 21, 2026 at 9:00 AM\nSubject: q\nTo: <a@b.kr>" + BARE
    ),
    "kor fwd": (
        "---------- 전달된 메일 ----------\n보낸사람: 김민지 <kim@a.kr>\nDate: 2026년 11월 21일\n"
        "Subject: q\nTo: a" + BARE
    ),
    "samsung": (
        "-------- 원본 이메일 --------\n발신: 김민지 <kim@a.kr>\n날짜: 26/11/21 오후 9:00 (GMT+09:00)\n"
        "받은 사람: a@b.kr\n제목: 문의" + BARE
    ),
    "samsung en": (
        "-------- Original message --------\nFrom: Kim Lee <kim@a.kr>\n"
        "Date: 11/21/26 9:00 AM (GMT+09:00)\nTo: a@b.kr\nSubject: q" + BARE
    ),
}

PHONES = [
    "내 Galaxy에서 보냄",
    "나의 iPhone에서 보냄",
    "Outlook for iOS에서 보낸 메일",
    "Android용 Outlook 받기",
    "Sent from my iPhone",
]


@pytest.mark.parametrize("program", PLAIN)
def test_the_words_above_a_plain_quote_are_the_reply(program: str) -> None:
    body = f"{REPLY}\n\n{PLAIN[program]}".encode()
    assert parse_body(body)[1] == REPLY


@pytest.mark.parametrize("line", PHONES)
def test_what_a_phone_adds_is_no_reply(line: str) -> None:
    body = f"{REPLY}\n\n{line}\n\n{PLAIN['gmail ko']}".encode()
    assert parse_body(body)[1] == REPLY
