"""The desk's values in the words of the reader: channels, states, priorities, times, sizes."""

from datetime import datetime

from supportdesk.domain.ticket import Priority, State
from supportdesk.i18n import N_, _

CHANNELS = {
    "email": N_("e-mail"),
    "kakao": N_("KakaoTalk"),
    "line": N_("LINE"),
    "telegram": N_("Telegram"),
    "slack": N_("Slack"),
    "whatsapp": N_("WhatsApp"),
    "messenger": N_("Messenger"),
    "phone": N_("phone"),
    "sms": N_("SMS"),
    "chat": N_("chat"),
    "web": N_("web form"),
    "webhook": N_("webhook"),
    "alert": N_("alert"),
    "social": N_("social"),
    "board": N_("board"),
}

STATES = {
    State.NEW: N_("new"),
    State.OPEN: N_("open"),
    State.PENDING: N_("waiting"),
    State.ON_HOLD: N_("on hold"),
    State.SOLVED: N_("solved"),
    State.CLOSED: N_("closed"),
    State.SPAM: N_("spam"),
}

PRIORITIES = {
    Priority.URGENT: N_("urgent"),
    Priority.HIGH: N_("high"),
    Priority.NORMAL: N_("normal"),
    Priority.LOW: N_("low"),
}


CAUSES = {
    "unfetchable": N_("cannot be fetched"),
    "unreadable": N_("cannot be read"),
    "failed": N_("cannot be filed"),
    "rate": N_("too many from one sender"),
}


def cause_name(cause: str) -> str:
    """Why something is in quarantine."""
    return _(CAUSES[cause]) if cause in CAUSES else cause


def small(title: str) -> str:
    """A title within a sentence; what is written large inside it, as $EDITOR, stays."""
    return title[:1].lower() + title[1:]


def channel_name(kind: str) -> str:
    """A channel kind; an unknown one as it is called, a ticket opened by hand as that."""
    return _(CHANNELS[kind]) if kind in CHANNELS else kind or _("by hand")


def state_name(state: State) -> str:
    return _(STATES[state])


def priority_name(priority: Priority) -> str:
    return _(PRIORITIES[priority])


def shown_time(at: datetime, now: datetime) -> str:
    """In the zone of ``now``: the hour today, day and hour this year, the whole date before."""
    here, today = at.astimezone(now.tzinfo), now
    if here.date() == today.date():
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}" if here.year == today.year else f"{here:%Y-%m-%d}"


def shown_day(at: datetime, now: datetime) -> str:
    """In the zone of ``now``, 7 cells wide at most: month and day this year, year and month before."""
    here, today = at.astimezone(now.tzinfo), now
    return f"{here:%m-%d}" if here.year == today.year else f"{here:%Y-%m}"


def shown_size(size: int) -> str:
    """Bytes as people read them: 812 B, 14 kB, 2.3 MB."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
