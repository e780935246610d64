"""Delivery reports: the standard ones (RFC 3464) by their parts, all others by who wrote them and how."""

import re

from supportdesk.domain.mail.headers import decode_words, split_headers
from supportdesk.domain.mail.message import Bounce, Headers
from supportdesk.domain.mail.structure import Part
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line

_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]daemon|po{1,2}st[-_.]?master|mail[-_.]delivery[-_.]s(?:ub)?system|mdaemon"
    r"|double-bounce|daemon|microsoftexchange[0-9a-f]{8,}|mail-?(?:robot|system|router|server)|mailer-?(?:robot|system)"
    r"|mta|bounce-?handler)(?:[+@]|$)",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"mailer[-_.]?daemon(?:@|$)", re.IGNORECASE)
"""Nobody writes from there, and programs write only reports."""
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:delivery (?:sub)?system|daemon)|system administrator|delivery (?:sub)?system|postmaster"
    r"|(?:internet |e-?)?mail (?:delivery|administrator|router|server|robot)|message transfer agent|bounce handler"
    r"|メール(?:配信|送信)?(?:システム|サーバ)|(?:邮件|郵件)(?:系统|系統|服务|服務)|메일\s?(?:시스템|관리자)",
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
    r"|\[bounce\]|returned to sender|bounce(?:d)? (?:message|mail|notification|notice)|mail (?:status|return)"
    r"|message status"
    r"|(?:ü|ue)bermittlungsstatus|übermittlung fehlgeschlagen"
    r"|(?:estado|état|stato|status) (?:de|da|du|del|dello|d['’]) ?(?:la )?"
    r"(?:entrega|remise|recapito)|notification d['’]état|remise (?:impossible|échou)|entrega (?:fall|atras)"
    r"|non recapitabil"
    r"|impossibile recapitare|onbezorg|kunde inte levereras|kan ikke leveres|ikke leveret"
    r"|nie (?:można|udało się) dostarczy"
    r"|не удалось доставить|ошибка доставки|доставка не удалась|состояние доставки"
    r"|не доставлен|недоставлен|nie dostarczon|niedostarcz"
    r"|배달\s?(?:실패|되지|못|상태)|전송\s?실패|발송\s?실패|전달\s?(?:실패|되지)|반송|수신\s?거부|전송되지"
    r"|(?:전달|배달|전송)\s?상태\s?알림|(?:送信|配信|配送)(?:エラー|状態通知|状況)|戻りました"
    r"|配信でき|配信不能|配信失敗|配送失敗|エラー|送信でき|不達|退信|投递失败|無法(?:傳遞|投遞)|未送达|无法(?:投递|送达)|被退回"
    r"|(?:传递|傳遞|送達|投递|投遞)(?:状态|狀態|失败|失敗)|寄送失敗|發送失敗|发送失败|無法送達",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"final-recipient|reporting-mta|diagnostic-code|permanent (?:fatal )?errors?|could(?: not|n't) be delivered"
    r"|unable to deliver|(?:wasn|isn)'t able to deliver|couldn't deliver|undeliverable"
    r"|delivery (?:attempt|has failed|to the following)|address(?:es)? failed|failed address"
    r"|user unknown|unknown user|no such user|mailbox (?:is )?full|mailbox unavailable|host unknown"
    r"|transcript of session"
    r"|did not reach the following|was not delivered|not deliver|message could not|returned to sender|over quota"
    r"|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|said: [45]\d\d|<<< [45]\d\d|reason:|error:|[45]\.\d\.\d{1,3}\b"
    r"|배달하지 못|전송하지 못|전달하지 못|전달되지 (?:않|못)|반송|수신자를 찾을 수|배달되지|메일함이 (?:가득|꽉)|용량"
    r"|配信でき|送信でき|エラー|無法|无法|不能",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"(?:no-?reply|do-?not-?reply|sys-?admin|mail-?admin|majordomo|list(?:serv|proc)|mailman|owner-[\w.-]+"
    r"|[\w.-]+-(?:admin|owner|request|bounces))@",
    re.IGNORECASE,
)
_SMTP = re.compile(
    r"final-recipient:|diagnostic-code:|\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|said: [45]\d\d|<<< [45]\d\d"
    r"|\b55[0-4] (?=[\w<#])",
    re.IGNORECASE,
)
_LIST_SOFTWARE = ("x-mlserver", "x-ml-info", "x-mailman-version", "x-list-administrivia", "mailing-list")
_LIST_REFUSAL = re.compile(
    r"not (?:a )?(?:list )?member|loop (?:alert|back)|from loop|\breject(?:ed)?\b.{0,20} mail"
    r"|(?:mail|post|message)\b.{0,80}\brejected|security alert|not (?:allowed|authorized) to post|system error message",
    re.IGNORECASE,
)
_NOTIFICATION = re.compile(
    r'\s*\{.{0,2000}?"(?:notification|event)Type\\?"\s*:\s*\\?"(?P<type>Bounce|Delivery|DeliveryDelay|Reject|Complaint)\\?"',
    re.DOTALL,
)
_TOLD = re.compile(
    r'"(?:bounceType"\s*:\s*"(?P<type>\w+)|emailAddress"\s*:\s*"(?:[^"<]*<)?(?P<recipient>[^">]{3,320})'
    r'|name"\s*:\s*"Message-ID"\s*,\s*"value"\s*:\s*"<?(?P<message>[^">]{3,300}))',
    re.IGNORECASE,
)
_COPY = re.compile(
    r"^[>| \t]*(?:received: (?:from|by|\()|return-path:"
    r"|-{2,}.{0,40}(?:original|returned|copy of|undelivered).{0,20}(?:message|mail))",
    re.IGNORECASE | re.MULTILINE,
)

_STATUS = re.compile(r"(?<![\w.])([245])\.([0-7])\.(\d{1,3})(?![\d.]?\d)")  # RFC 3463
_SAID_STATUS = re.compile(r"\b[245]\d\d[ -]#?([245])\.([0-7])\.(\d{1,3})(?![\d.]?\d)")
_CODE = re.compile(r"(?<![\d.\-/:])([45])(\d\d)[ -](?=[\w#<])")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_MESSAGE_ID = re.compile(r"^[> \t]*message-id:[ \t]*<?([^<>\s]{3,300})>?", re.IGNORECASE | re.MULTILINE)
_GONE = re.compile(
    r"user unknown|unknown (?:user|recipient|local|mailbox|host|address|domain)|host unknown"
    r"|no (?:such|valid|local|matching) (?:user|recipients?|mailbox|address|person|domain|host|account)|no mailbox here"
    r"|(?:user|recipient|mailbox|account|address|host|domain|person)\b.{0,60}"
    r"(?:n[o']t (?:exist|found|recognized|known|listed)|invalid|unknown)"
    r"|does(?:n[o']t| not) (?:exist|have an?\b.{0,60}\baccount)|invalid (?:recipient|mailbox|address|user)"
    r"|name (?:service|server) error|address rejected: (?:access denied|undeliverable|no such|unknown|user)"
    r"|isn't a valid|not a valid (?:user|mailbox|address|recipient)"
    r"|no SMTP service|not our customer|address (?:couldn't be found|not found)"
    r"|없는 (?:메일|사용자|계정|주소|수신)|존재하지 않|찾을 수 없"
    r"|ユーザーが?存在|見つかりません|宛先が?不明|查无此|收件人不存在|(?:邮箱|郵箱|用户|用戶)不存在",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"blacklist|black list|block(?:ed|list)|spam|reputation|\bspf\b|dkim|dmarc|reverse dns|\bptr\b"
    r"|relay(?:ing)? (?:denied|not)|too many|try (?:again|later)|temporar|greylist|policy|virus|too (?:large|big)",
    re.IGNORECASE,
)
_LIVING_STATUS = frozenset(("5.1.5", "5.1.7", "5.1.8"))
"""Codes of class 5.1 that say nothing against the recipient: a valid address, and two about the sender's."""
_MAYBE_STATUS = frozenset(("5.2.1", "5.3.0", "5.4.1", "5.5.0", "5.5.1"))
"""Codes that programs give for unknown recipients and for much else: the words beside them decide."""
_FULL = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota exceeded|exceeded (?:the )?(?:storage|quota)|용량|가득|容量", re.IGNORECASE
)
_READ = 65_536


def find_bounce(root: Part, headers: Headers, sender: Address, subject: str, text: str) -> Bounce | None:
    """What a delivery report says, None for any other mail. A status of 2.x.x reports success."""
    reports = [part for part in root.parts() if part.content_type.endswith("/delivery-status")]
    failed = headers.get("x-failed-recipients")
    said = text[:_READ]
    notification = _NOTIFICATION.match(said)  # of a sending service, as JSON
    if notification is not None and not reports:
        return _told(notification["type"], said) if notification["type"] != "Complaint" else None
    if not (reports or failed or _standard(root) or _looks_like_one(root, headers, sender, subject, said)):
        return None
    fields = [field for report in reports for field in _report_fields(report)]
    explained = _COPY.split(said, maxsplit=1)[0]
    status = _status(fields, explained if explained.strip() else said)
    recipient = _recipient(fields, failed, said, sender)
    hard = _is_hard(status, fields, explained)
    envelope = _envelope_id(fields)
    original = _original_message_id(root, said) or (envelope if "@" in envelope else "")
    return Bounce(hard, status, recipient, original, envelope)


def is_complaint(text: str) -> bool:
    """Whether a sending service tells of a recipient who called our mail spam."""
    notification = _NOTIFICATION.match(text[:_READ])
    return notification is not None and notification["type"] == "Complaint"


def _told(kind: str, said: str) -> Bounce:
    """A notification as a bounce."""
    said = said.replace('\\"', '"')
    told: dict[str, str] = {}
    for match in _TOLD.finditer(said):
        told.setdefault(match.lastgroup or "", match[match.lastgroup or 0])
    status = _status([], said)
    success = kind == "Delivery" and not status.startswith(("4", "5"))
    hard = kind == "Bounce" and told.get("type") != "Transient" and _is_hard(status or "5.0.0", [], said)
    return Bounce(hard, "2.0.0" if success else status, told.get("recipient", ""), told.get("message", "").strip())


def _is_hard(status: str, fields: list[tuple[str, str]], text: str) -> bool:
    """Whether the address will never work; a wrong yes silences a customer, so in doubt it is no."""
    actions = {value.lower().partition(" ")[0] for name, value in fields if name == "action"}
    if status.startswith(("2", "4")) or (actions and "failed" not in actions):  # RFC 3464 section 2.3.3
        return False
    diagnostics = " ".join(value for name, value in fields if name == "diagnostic-code")
    if _FULL.search(diagnostics or text):
        return False
    if status.startswith("5.1.") and status != "5.1.0":
        return status not in _LIVING_STATUS
    if status == "5.4.4":  # no route to the host: the domain is gone
        return True
    if status and not status.endswith(".0.0") and status not in _MAYBE_STATUS and status != "5.1.0":
        return False
    gone = _GONE.search(diagnostics) or _GONE.search(text)
    return gone is not None and not _REFUSED.search(diagnostics or text)


def _standard(root: Part) -> bool:
    return root.params.get("report-type", "").lower() == "delivery-status" and root.content_type == "multipart/report"


def _looks_like_one(root: Part, headers: Headers, sender: Address, subject: str, said: str) -> bool:
    """Neither a sender's nor a subject's name alone makes a bounce: people write from postmaster@, about failures."""
    daemon = bool(_DAEMON.match(sender.address) or _DAEMON_NAME.search(sender.name))
    path = headers.get("return-path").strip()
    null = path == "<>" or bool(_DAEMON.match(path.strip("<>")))
    if not (daemon or null):
        return _robot_says_so(headers, sender, subject, said)
    named = bool(_SUBJECT.search(subject))
    if (daemon and named) or (null and _NOBODY.match(sender.address or sender.name)):
        return True
    returned = any(part.content_type in ("message/rfc822", "text/rfc822-headers") for part in root.parts())
    explained = bool(_SAID.search(said))
    return (explained and (daemon or named or returned)) or (daemon and null and returned)


def _robot_says_so(headers: Headers, sender: Address, subject: str, said: str) -> bool:
    """Senders that are sometimes people, or tell of parcels: only with a mail server's words, or a list's refusal."""
    robot = bool(_ROBOT.match(sender.address))
    if robot and _LIST_REFUSAL.search(subject) and any(name in headers for name in _LIST_SOFTWARE):
        return True
    automatic = headers.get("auto-submitted").lower().startswith("auto-")
    return (robot or automatic) and bool(_SUBJECT.search(subject)) and bool(_SMTP.search(said))


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
    for match in (_SAID_STATUS.search(text), None if found else _STATUS.search(text)):
        if match and (not found or match[1] == found[0]):
            return ".".join(match.groups())
    if found:
        return found
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


def _envelope_id(fields: list[tuple[str, str]]) -> str:
    """ENVID as it was given; some servers leave it in xtext (RFC 3461 section 4)."""
    value = next((value for name, value in fields if name == "original-envelope-id"), "")
    return safe_line(_XTEXT.sub(lambda match: chr(int(match[1], 16)), value[:300])).strip("<> ")


def _original_message_id(root: Part, text: str) -> str:
    for part in root.parts():
        if part.content_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"):
            data = part.decoded()
            fields, _, _ = split_headers(data, 0, len(data))
            for name, value in fields:
                if name == "message-id":
                    return safe_line(decode_words(value)).strip("<> ")
    match = _MESSAGE_ID.search(text)
    return match[1] if match else ""
