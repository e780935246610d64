"""Delivery reports: the standard ones (RFC 3464) by their parts, all others by who wrote them and how."""

import re
from collections.abc import Iterator

from supportdesk.domain.mail.headers import decode_words, split_headers
from supportdesk.domain.mail.message import Bounce, Headers
from supportdesk.domain.mail.structure import Part
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line

_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]daemon|po{1,2}st[-_.]?master|mail[-_.]delivery[-_.]s(?:ub)?system|mdaemon"
    r"|double-bounce|daemon)(?:[+@]|$)",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery (?:sub)?system|daemon)|system administrator|delivery (?:sub)?system|postmaster"
    r"|메일\s?(?:시스템|관리자)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|un?able to deliver|not (?:be )?delivered"
    r"|deliver(?:y|ed)? (?:status|fail|notification|problem|error|has)"
    r"|delivery (?:to|of)\b.{0,60}fail|returned mail|returning (?:message|mail|to)|return(?:ed)? to sender"
    r"|(?:mail|message|delivery)\b.{0,40}\b(?:failed|failure|error|returned|delayed|could not)|fail(?:ed|ure) (?:notice"
    r"|delivery|mail)|failed delivery|delayed mail|warning: (?:message|could not send)|mail system error|error sending"
    r"|postmaster notify|errors? from|notification:? (?:of )?(?:delivery|failure)|nondeliverable|non[- ]?remis"
    r"|mailbox (?:full|unavailable)|user unknown|host unknown|rejected|is not member|loop alert"
    r"|unzustellbar|nicht zugestellt|zustellung|n'a pas pu être|non remis|échec|no se (?:ha )?p(?:udo|uede) entregar"
    r"|no entregado|não entregue|falha (?:na|de)|mancato recapito|mancata consegna|niet bezorgd|onbestelbaar"
    r"|не доставлен|недоставлен|nie dostarczon|niedostarcz"
    r"|배달\s?(?:실패|되지|못|상태)|전송\s?실패|발송\s?실패|전달\s?(?:실패|되지)|반송|수신\s?거부|전송되지"
    r"|配信でき|配信不能|配信失敗|配送失敗|エラー|送信でき|不達|退信|投递失败|無法(?:傳遞|投遞)|未送达|无法投递",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"final-recipient|reporting-mta|diagnostic-code|permanent (?:fatal )?errors?|could not be delivered"
    r"|unable to deliver"
    r"|undeliverable|delivery (?:attempt|has failed|to the following)|address(?:es)? failed|failed address"
    r"|user unknown|unknown user|no such user|mailbox (?:is )?full|mailbox unavailable|host unknown"
    r"|transcript of session"
    r"|did not reach the following|was not delivered|not deliver|message could not|returned to sender|over quota"
    r"|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|said: [45]\d\d|<<< [45]\d\d|reason:|error:|[45]\.\d\.\d{1,3}\b"
    r"|배달하지 못|전송하지 못|전달하지 못|전달되지 (?:않|못)|반송|수신자를 찾을 수|배달되지|메일함이 (?:가득|꽉)|용량"
    r"|配信でき|送信でき|エラー|無法|无法|不能",
    re.IGNORECASE,
)
_NOTIFICATION = re.compile(r'\s*\{.{0,2000}?"(?:notification|event)Type\\?"\s*:\s*\\?"(?:Bounce|Delivery)\b', re.DOTALL)

_STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.]?\d)")  # RFC 3463
_SAID_STATUS = re.compile(r"\b[245]\d\d[ -]#?([245])\.([0-7])\.(\d{1,3})(?![\d.]?\d)")
_CODE = re.compile(r"(?<![\d.\-/:])([45])(\d\d)[ -](?=[\w#<])")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_MESSAGE_ID = re.compile(r"^[> \t]*message-id:[ \t]*<?([^<>\s]{3,300})>?", re.IGNORECASE | re.MULTILINE)
_GONE = re.compile(
    r"user unknown|unknown (?:user|recipient|local)|no such (?:user|recipient|mailbox|address|person)"
    r"|does ?n[o']t exist"
    r"|not (?:exist|found)|host unknown|domain not found|name (?:service|server) error|invalid (?:recipient|mailbox)"
    r"|unknown mailbox|address rejected|disabled"
    r"|없는 (?:메일|사용자|계정|주소)|존재하지 않|찾을 수 없|ユーザーが?存在|不存在",
    re.IGNORECASE,
)
_GONE_STATUS = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4"))
_FULL = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota exceeded|exceeded (?:the )?(?:storage|quota)|용량|가득|容量", re.IGNORECASE
)
_READ = 65_536


def find_bounce(root: Part, headers: Headers, sender: Address, subject: str, text: str) -> Bounce | None:
    """What a delivery report says, None for any other mail. A status of 2.x.x reports success."""
    reports = [part for part in _parts(root) if part.content_type.endswith("/delivery-status")]
    failed = headers.get("x-failed-recipients")
    if not (reports or failed or _standard(root) or _looks_like_one(root, headers, sender, subject, text)):
        return None
    fields = [field for report in reports for field in _report_fields(report)]
    said = text[:_READ]
    status = _status(fields, said)
    recipient = _recipient(fields, failed, said, sender)
    return Bounce(_is_hard(status, fields, said), status, recipient, _original_message_id(root, said))


def _is_hard(status: str, fields: list[tuple[str, str]], text: str) -> bool:
    """Whether the address will never work; when in doubt it will, for a wrong yes silences a customer."""
    diagnostics = " ".join(value for name, value in fields if name == "diagnostic-code")
    if _FULL.search(diagnostics or text[:_READ]):
        return False
    if status and not status.endswith(".0.0") and status != "5.5.0":
        return status in _GONE_STATUS
    return not status.startswith(("2", "4")) and bool(_GONE.search(diagnostics) or _GONE.search(text))


def _parts(part: Part) -> Iterator[Part]:
    """Every part outside attached mails."""
    yield part
    for child in part.children:
        yield from _parts(child)


def _standard(root: Part) -> bool:
    return root.params.get("report-type", "").lower() == "delivery-status" and root.content_type == "multipart/report"


def _looks_like_one(root: Part, headers: Headers, sender: Address, subject: str, text: str) -> bool:
    """Neither a sender's nor a subject's name alone makes a bounce: people write from postmaster@, about failures."""
    said = text[:_READ]
    if _NOTIFICATION.match(said):  # of a sending service, as JSON
        return True
    daemon = bool(_DAEMON.match(sender.address) or _DAEMON_NAME.search(sender.name))
    path = headers.get("return-path").strip()
    null = path == "<>" or bool(_DAEMON.match(path.strip("<>")))
    if not (daemon or null):
        return False
    named = bool(_SUBJECT.search(subject))
    if daemon and named:
        return True
    returned = any(part.content_type in ("message/rfc822", "text/rfc822-headers") for part in _parts(root))
    explained = bool(_SAID.search(said))
    return (explained and (daemon or named or returned)) or (daemon and null and returned)


def _report_fields(report: Part) -> list[tuple[str, str]]:
    """All fields of a delivery-status body, group by group."""
    data = report.decoded()[:_READ]
    fields: list[tuple[str, str]] = []
    at = 0
    while at < len(data) and len(fields) < 2000:
        block, after, _ = split_headers(data, at, len(data))
        fields.extend((name, safe_line(decode_words(value))) for name, value in block)
        if after <= at:
            after = data.find(b"\n", at) + 1 or len(data)
        at = after
    return fields


def _status(fields: list[tuple[str, str]], text: str) -> str:
    found = ""
    for name, value in fields:
        if name in ("status", "diagnostic-code") and (match := _STATUS.search(value)):
            code = ".".join(match.groups())
            if code.endswith(".0.0"):
                found = found or code
            else:
                return code
    if found:
        return found
    if match := _SAID_STATUS.search(text) or _STATUS.search(text):
        return ".".join(match.groups())
    code_match = _CODE.search(text)
    return f"{code_match[1]}.0.0" if code_match else ""


def _recipient(fields: list[tuple[str, str]], failed: str, text: str, sender: Address) -> str:
    for wanted in ("original-recipient", "final-recipient", "x-actual-recipient"):
        for name, value in fields:
            if name == wanted and (match := _ADDRESS.search(value)):
                return match[0]
    if match := _ADDRESS.search(failed):
        return match[0]
    for match in _ADDRESS.finditer(text):
        if match[0] != sender.address and not _DAEMON.match(match[0]):
            return match[0]
    return ""


def _original_message_id(root: Part, text: str) -> str:
    for part in _parts(root):
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"):
            data = part.decoded()
            fields, _, _ = split_headers(data, 0, len(data))
            for name, value in fields:
                if name == "message-id":
                    return safe_line(decode_words(value)).strip("<> ")
    match = _MESSAGE_ID.search(text)
    return match[1] if match else ""
