"""All tables of a store. No ``from __future__ import annotations`` here: SQLModel reads the annotations."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from supportdesk.store.tables import journal, people, tickets, transport

metadata = SQLModel.metadata


def _table(model: type[SQLModel]) -> Table:
    return metadata.tables[str(model.__tablename__)]


agent = _table(people.Agent)
team = _table(people.Team)
membership = _table(people.Membership)
organization = _table(people.Organization)
customer = _table(people.Customer)
identity = _table(people.Identity)
ticket = _table(tickets.Ticket)
ticket_tag = _table(tickets.TicketTag)
ticket_link = _table(tickets.TicketLink)
message = _table(tickets.Message)
message_reference = _table(tickets.MessageReference)
blob = _table(tickets.Blob)
attachment = _table(tickets.Attachment)
canned_reply = _table(tickets.CannedReply)
view = _table(tickets.View)
draft = _table(tickets.Draft)
presence = _table(tickets.Presence)
channel = _table(transport.Channel)
inbox = _table(transport.Inbox)
outbox = _table(transport.Outbox)
lease = _table(transport.Lease)
worker = _table(transport.Worker)
event = _table(journal.Event)
meta = _table(journal.Meta)
