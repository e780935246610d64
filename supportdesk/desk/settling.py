"""What became of messages on their way out, written down: many outcomes in one transaction."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select, update

from supportdesk.channels.protocol import Sent
from supportdesk.desk.desk import Desk
from supportdesk.desk.triage import Changes, change_snooze, change_state
from supportdesk.domain.channel import OutboxStatus
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import State
from supportdesk.store import outbox, people
from supportdesk.store import tables as t
from supportdesk.store.gathering import Gathering
from supportdesk.store.outbox import Claim
from supportdesk.store.unit import Unit, wake

log = logging.getLogger(__name__)

MOST_TRIES = 12
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=4)
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim. Without ``delivery`` it is tried again: after ``wait``, for ``remaining`` alone."""

    claim: Claim
    status: OutboxStatus
    error: str = ""
    delivery: Delivery | None = None
    wait: timedelta = timedelta()
    remaining: tuple[str, ...] | None = None
    tried: bool = True


def untried(claim: Claim) -> Outcome:
    """Given back as it was."""
    return Outcome(claim, OutboxStatus.QUEUED, claim.error, remaining=claim.remaining, tried=False)


def taken(claim: Claim, sent: Sent) -> Outcome:
    """Done, but for recipients put off beside others that were taken: those alone are tried again."""
    put_off = tuple(each.recipient for each in sent.refused if each.temporary)
    refused = [f"{each.recipient}: {each.code} {each.text}" for each in sent.refused if not each.temporary]
    error = "; ".join(filter(None, [claim.error if claim.remaining is not None else "", *refused]))
    if put_off and claim.tries + 1 < MOST_TRIES:
        return _again(claim, error, put_off)
    gave_up = [f"{each.recipient}: {each.code} {each.text}" for each in sent.refused if each.temporary]
    return Outcome(claim, OutboxStatus.SENT, "; ".join(filter(None, [error, *gave_up])), Delivery.SENT)


def later(claim: Claim, trouble: Exception) -> Outcome:
    """Try again, later each time; after ``MOST_TRIES`` it has failed."""
    log.warning("message %d not delivered, try %d: %s", claim.message_id, claim.tries + 1, trouble)
    if claim.tries + 1 >= MOST_TRIES:
        return failed(claim, str(trouble))
    return _again(claim, str(trouble), claim.remaining)


def failed(claim: Claim, error: str) -> Outcome:
    """For good. Where others have it already, the message is sent and the error says who has not."""
    if claim.remaining is not None:
        return Outcome(claim, OutboxStatus.SENT, f"{', '.join(claim.remaining)}: {error}", Delivery.SENT)
    return Outcome(claim, OutboxStatus.FAILED, error, Delivery.FAILED)


def _again(claim: Claim, error: str, remaining: tuple[str, ...] | None) -> Outcome:
    wait = min(FIRST_WAIT * 2**claim.tries, LONGEST_WAIT)
    return Outcome(claim, OutboxStatus.QUEUED, error, wait=wait, remaining=remaining)


def settle(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Write them all, together if that goes, else each on its own; raises the last trouble of those that could not
    be written. What is not written is sent again when its lease has ended, as the same mail."""
    if not outcomes:
        return
    try:
        _settle(desk, outcomes)
    except Exception:
        if len(outcomes) == 1:
            raise
        log.warning("%d deliveries are settled one by one", len(outcomes), exc_info=True)
        _each_alone(desk, outcomes)


def _each_alone(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    trouble: Exception | None = None
    for outcome in outcomes:
        try:
            _settle(desk, [outcome])
        except Exception as error:
            log.exception("the delivery of message %d cannot be settled", outcome.claim.message_id)
            trouble = error
    if trouble is not None:
        raise trouble


def _settle(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Those another worker has since are left to it: its outcome counts."""
    with desk.unit() as unit:
        homes = outbox.lock_tickets(unit.conn, [outcome.claim.outbox_id for outcome in outcomes])
        sent = [outcome for outcome in outcomes if outcome.delivery is Delivery.SENT]
        _sent(unit, sent, homes)
        for outcome in outcomes:
            if outcome.delivery is not Delivery.SENT and outbox.settle(unit.conn, outcome.claim, **_row(unit, outcome)):
                _lost(unit, outcome, homes.get(outcome.claim.outbox_id))


def _row(unit: Unit, outcome: Outcome) -> Mapping[str, object]:
    """What is written of a claim that is not done, or failed."""
    values: dict[str, object] = {"status": outcome.status.value, "tries": outcome.claim.tries + outcome.tried}
    values["error"] = outcome.error[:LONGEST_ERROR]
    if outcome.delivery is None:
        values["remaining"] = list(outcome.remaining) if outcome.remaining is not None else None
    if outcome.delivery is None and outcome.tried:
        values["not_before"] = unit.now + outcome.wait
    return values


_TOLD = (
    update(t.message)
    .where(t.message.c.id == bindparam("of_message"))
    .values(delivery=Delivery.SENT.value, error=bindparam("said"))
)


def _sent(unit: Unit, outcomes: Sequence[Outcome], homes: Mapping[int, int]) -> None:
    ours = outbox.settle_sent(unit.conn, [(each.claim, each.error[:LONGEST_ERROR]) for each in outcomes])
    done = [each for each in outcomes if each.claim.outbox_id in ours]
    tickets = unit.lock_all(homes[each.claim.outbox_id] for each in done if each.claim.outbox_id in homes)
    rows = Gathering(unit, {"event": len(done)}, tickets)
    told: list[dict[str, object]] = []
    for each in done:
        error = each.error[:LONGEST_ERROR]
        told.append({"of_message": each.claim.message_id, "said": error})
        data = {"message": each.claim.message_id, "error": error, "changes": {}}
        rows.event("sent", homes.get(each.claim.outbox_id), data, unit.actor)
    if done:
        unit.conn.execute(_TOLD, told)
        rows.write()
        wake(unit.conn)


def _lost(unit: Unit, outcome: Outcome, number: int | None) -> None:
    """Say at the message and in the ticket's history what will never arrive."""
    if outcome.delivery is None:
        return
    message_id, error = outcome.claim.message_id, outcome.error[:LONGEST_ERROR]
    failed = {"delivery": outcome.delivery.value, "error": error}
    unit.conn.execute(update(t.message).where(t.message.c.id == message_id).values(**failed))
    data: dict[str, object] = {"message": message_id, "error": error, "changes": {}}
    if number is not None:
        data |= _returned(unit, number, message_id)
    unit.record("send_failed", number, data, undoable=False, messages=True)


def _returned(unit: Unit, number: int, message_id: int) -> Mapping[str, object]:
    """An answer that will not arrive is work again: its ticket opens, and is its author's where it is nobody's."""
    m = t.message.c
    author = unit.conn.scalar(select(m.agent_id).where(m.id == message_id))
    if author is None:
        return {}  # nobody waits for what a program wrote
    row = unit.lock(number)
    changes: Changes = {}
    if row["state"] not in (State.NEW, State.OPEN, State.SPAM):
        changes |= change_state(unit, row, State.OPEN)
    if row["snoozed_until"] is not None:
        changes |= change_snooze(unit, row, None)
    login = people.login_of(unit.conn, author)
    if row["assignee_id"] is None and login:
        unit.update(t.ticket, {"number": number}, assignee_id=author)
        changes["assignee"] = ["", login]
    return {"changes": changes, "author": login}
