"""Leads, and the identifiers found in them. Who reported them: models/informants.py."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.core.listing import facets, orders
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import (
    OVER,
    OWED_TO_POLICE,
    TO_ANSWER,
    DiversionRoute,
    FeedbackMode,
    LeadConclusion,
    LeadStatus,
    Obligation,
    ReceivingOrgan,
    ReporterKind,
    Solved,
    TransferStage,
)
from api.domain.words.identifiers import IdentifierKind, IdentifierState
from api.models.base import (
    DivisionCode,
    Recorded,
    Versioned,
    Waits,
    among,
    facets_index,
    held,
    search_index,
)

S = LeadStatus

#: What is not in the figures (C3): withdrawn leads (archived unanswered ones are such), duplicates.
#: Written out, so that PostgreSQL can prove that the partial index fits.
LEFT_OUT = (
    "leads.status = 'withdrawn' OR leads.conclusion IS NOT DISTINCT FROM 'duplicate'"
    " OR leads.status = 'archived' AND leads.feedback_mode IS NULL"
)

#: The day of receipt by Beijing time, and the unit whose work a lead is, as their indexes have them.
RECEIVED_ON = "timezone('Asia/Shanghai'::text, leads.received_at)::date"
#: Not over: what the indexes of last days hold.
_OPEN = text(among("status", frozenset(S) - OVER))
#: What may be late: of what is over, that whose reporter has not been told that it was not taken up.
_MAY_BE_LATE = text(among("status", frozenset(S) - OVER | {S.REJECTED}))
#: Nobody's yet.
_UNOWNED = among("status", {S.RECEIVED, S.REGISTERED, S.DISPUTED})
#: Since when nobody handles it.
UNOWNED_SINCE = f"CASE WHEN leads.{_UNOWNED} THEN leads.unowned_on END"
_WITH_A_UNIT = (
    S.ASSIGNED, S.VERIFYING, S.RECHECK, S.CONCLUDED, S.REJECTED, S.TRANSFERRED_DEPARTMENT,
    S.TRANSFERRED_POLICE,
)  # fmt: skip
#: Until when the reporter is to be answered though the term stands still: whoever has it does not
#: answer them.
ANSWER_BY = f"CASE WHEN leads.{among('status', TO_ANSWER)} THEN leads.due_held_on END"
#: The same of the police, who are owed a decision though somebody else has it.
OWED_BY = (
    f"CASE WHEN leads.{among('status', OWED_TO_POLICE)}"
    f" AND '{Obligation.POLICE_DECISION.value}' = ANY (leads.owes)"
    f" AND leads.transfer_organ IS DISTINCT FROM '{ReceivingOrgan.POLICE.value}'"
    " THEN leads.due_held_on END"
)
#: The last day of whichever term runs: its own, that of the hand-over, which stops its own, or that
#: in which the reporter is answered, or the police get it, all the same.
LATE_FROM = f"LEAST(leads.due_on, leads.handover_due_on, leads.kept_due_on, {ANSWER_BY}, {OWED_BY})"
HANDLED_BY = "COALESCE(leads.concluded_unit_id, leads.owner_unit_id)"

#: What a lead is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "leads",
    {
        "s": "status",
        "c": "channel",
        "k": "primary_category",
        "v": "left(leads.division_code, 12)",
        "r": "conclusion",
        "o": "owner_unit_id::text",
        "h": f"({HANDLED_BY})::text",
        "m": facets.month_sql(f"({RECEIVED_ON})"),
    },
)


def _filled(column: str, *before: str) -> Index:
    """An index for a column that few rows fill."""
    return Index(
        f"ix_leads_{column}", *before, column, "id", postgresql_where=text(f"{column} IS NOT NULL")
    )


class Lead(Recorded, Versioned, Waits, Base):
    """One clue. Its texts hold masks where personal identifiers stood (core rule: decisions)."""

    __tablename__ = "leads"
    __table_args__ = (
        *held("leads"),
        CheckConstraint("amount_involved >= 0", name="amount_involved"),
        CheckConstraint("people_involved >= 0", name="people_involved"),
        # The office's list: newest first, by status, by receipt, by what is due.
        Index(None, "town_code", "id"),
        Index(None, "town_code", "status", "id"),
        Index(None, "town_code", "received_at", "id"),
        Index(None, "owner_unit_id", "status", "id"),
        # What waits, the most urgent first; closed leads, nearly all of them, are not in here.
        Index(
            "ix_leads_office_duties",
            "town_code",
            "status",
            "due_on",
            "id",
            postgresql_where=text(
                among("status", {S.RECEIVED, S.REGISTERED, S.DISPUTED, S.FED_BACK})
            ),
        ),
        Index(
            "ix_leads_unit_duties",
            "owner_unit_id",
            "status",
            "due_on",
            "id",
            postgresql_where=text(among("status", _WITH_A_UNIT)),
            # whether its term stands still: so they are counted without their rows
            postgresql_include=["transfer_stage", "due_held_on"],
        ),
        # Whose term stands still: few, and in no order of `due_on`.
        Index(
            "ix_leads_held",
            "owner_unit_id",
            "due_held_on",
            "id",
            postgresql_where=text("due_held_on IS NOT NULL"),
        ),
        # What is owed before a lead may end.
        Index(
            "ix_leads_owes",
            "owner_unit_id",
            "id",
            postgresql_where=text("owes <> '{}'"),
        ),
        Index(
            "ix_leads_owing",
            "town_code",
            text("(owes <> '{}')"),
            "id",
            postgresql_where=text("owes <> '{}'"),
        ),
        # What units were handed, while they have it.
        Index(
            "ix_leads_receiver_duties",
            "transfer_receiver_id",
            "transfer_stage",
            "id",
            postgresql_where=text("transfer_receiver_id IS NOT NULL"),
        ),
        # Nearly all are empty: those would make the index look useless to PostgreSQL.
        Index(
            "ix_leads_subject_uscc",
            "subject_uscc",
            "id",
            postgresql_where=text("subject_uscc <> ''"),
        ),
        # The desk's fast track, and what is late.
        Index(
            "ix_leads_desk_fast",
            "town_code",
            "due_on",
            "id",
            postgresql_where=text(f"fast_track AND {_UNOWNED}"),
        ),
        Index(
            "ix_leads_open_due",
            "town_code",
            "due_on",
            "id",
            postgresql_where=_OPEN,
        ),
        # What is late, with the unit or with whoever has it: one column, for no index serves an OR.
        Index(
            "ix_leads_open_late",
            "town_code",
            text(f"({LATE_FROM})"),
            "id",
            postgresql_where=_MAY_BE_LATE,
        ),
        # Late with whoever has it: its own term stands still meanwhile.
        Index(
            "ix_leads_handover_due",
            "town_code",
            "handover_due_on",
            "id",
            postgresql_where=text("handover_due_on IS NOT NULL"),
        ),
        _filled("kept_due_on", "town_code"),
        # One batch, and the list of them; most leads come alone.
        Index(
            "ix_leads_batch_no",
            "town_code",
            "batch_no",
            "id",
            postgresql_where=text("batch_no <> ''"),
        ),
        Index(
            "ix_leads_marked",
            "town_code",
            text("(marks <> '{}')"),
            "id",
            postgresql_where=text("marks <> '{}'"),
        ),
        # What nobody owns for too long; a ledger brings thousands on one day.
        Index(
            "ix_leads_unowned",
            "town_code",
            "unowned_on",
            "id",
            # home counts apart those whose reporter waits for an answer by a day
            postgresql_include=["status", "due_on"],
            postgresql_where=text(_UNOWNED),
        ),
        # Where a filter leads (core/listing/ways.py).
        Index("ix_leads_received_day", "town_code", text(f"({RECEIVED_ON})"), "id"),
        Index("ix_leads_handled_by", "town_code", text(f"({HANDLED_BY})"), "id"),
        Index("ix_leads_channel", "town_code", "channel", "id"),
        Index("ix_leads_primary_category", "town_code", "primary_category", "id"),
        Index("ix_leads_division_code", "town_code", "division_code", "id"),
        Index("ix_leads_owner_unit_id", "owner_unit_id", "id"),
        _filled("conclusion", "town_code"),
        _filled("solved", "town_code"),
        _filled("transfer_stage", "town_code"),
        _filled("proposed_unit_id"),
        _filled("import_id"),
        Index(
            "ix_leads_fast_track",
            "town_code",
            "fast_track",
            "id",
            postgresql_where=text("fast_track"),
        ),
        facets_index("leads", FACETS),
        search_index("leads"),
        # Its orders by what not every lead holds (core/listing/orders.py).
        *orders.indexes("leads", "amount_involved", orders.MONEY),
        *orders.indexes("leads", "due_on", orders.DAY),
        CheckConstraint(
            "(due_held_on IS NOT NULL) = (cardinality(due_pauses) % 2 = 1)"
            " AND (due_held_on IS NULL OR due_on IS NULL)",
            name="due_held_on",
        ),
        Index(
            "ix_leads_left_out",
            "town_code",
            text(f"({LEFT_OUT.replace('leads.', '')})"),
            "id",
            postgresql_where=text(LEFT_OUT.replace("leads.", "")),
        ),
        # A number that its sender said before is no second lead. Without a sender (ledgers, where
        # each numbers its own rows) nothing is compared: nulls are all different.
        Index(
            "uq_leads_source_number",
            "source_number",
            "town_code",
            "channel",
            "sender_id",
            unique=True,
            postgresql_where=text("source_number <> ''"),
        ),
        # Leads about the same name, or one that sounds like it, newest first.
        Index("ix_leads_name_key", "name_key", "id", postgresql_where=text("name_key <> ''")),
        Index("ix_leads_name_sound", "name_sound", "id", postgresql_where=text("name_sound <> ''")),
        Index(
            "ix_leads_merged_into_id",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    #: None: handed in by somebody without a login.
    created_by_post_id: Mapped[UUID | None] = mapped_column(  # pyright: ignore[reportIncompatibleVariableOverride]  # elsewhere there always is one
        ForeignKey("posts.id")
    )
    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[LeadStatus]
    channel: Mapped[LeadChannel]
    batch_no: Mapped[str] = mapped_column(default="")
    #: The number under which the sender keeps it, in its normal form (domain/leads/source_numbers.py).
    source_number: Mapped[str] = mapped_column(default="", server_default="")
    #: Who said that number: an API client, or the post of whoever typed it.
    sender_id: Mapped[UUID | None]
    #: What was sent with it, as a keyed digest: a repetition is known after every correction.
    source_digest: Mapped[bytes | None]
    received_at: Mapped[datetime]
    #: Ledgers give a day only; the time of such a row is midnight and means nothing.
    received_has_time: Mapped[bool] = mapped_column(default=True)
    narrative: Mapped[str]
    subject_name: Mapped[str]
    subject_uscc: Mapped[str] = mapped_column(default="")
    primary_category: Mapped[LeadCategory]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    red_flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    occurred_on: Mapped[date | None]
    division_code: Mapped[str] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    amount_involved: Mapped[int | None]
    people_involved: Mapped[int | None]
    fast_track: Mapped[bool] = mapped_column(default=False)
    #: Why the office watches it: `FocusMark`s, each with a stricter term.
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    reporter_kind: Mapped[ReporterKind]
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: The unit that a ledger names; the office confirms it by assigning.
    proposed_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    #: Whether others were ever asked to assist: only then `lead_assists` is looked into.
    assisted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    due_on: Mapped[date | None] = mapped_column(index=True)
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(default="")
    due_rule_version: Mapped[int | None]
    #: When its present clock began, and the day that the office set by hand, if it did.
    due_from: Mapped[date | None]
    due_given: Mapped[date | None]
    #: While somebody else is waited for it stands still: the day that was, which is none now; and
    #: from when till when it did, by turns, without an end where it still does.
    due_held_on: Mapped[date | None]
    due_pauses: Mapped[list[date]] = mapped_column(
        ARRAY(Date), default=list, server_default=text("'{}'")
    )
    #: Since when no unit is in charge of it, while it waits at the triage desk.
    unowned_on: Mapped[date]
    #: When its unit was given it: the clocks of receipt and dispute start here.
    assigned_on: Mapped[date | None]
    conclusion: Mapped[LeadConclusion | None]
    findings: Mapped[str] = mapped_column(default="")
    concluded_on: Mapped[date | None]
    #: Who concluded last: somebody else checks a second time.
    concluded_by_id: Mapped[UUID | None]
    concluded_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    #: Everybody who had a hand in a conclusion of this round: they verify nothing a second time.
    concluded_unit_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default=text("'{}'")
    )
    concluded_person_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default=text("'{}'")
    )
    #: Where a civil dispute went.
    diversion_route: Mapped[DiversionRoute | None]
    diversion_department: Mapped[str | None]
    feedback_mode: Mapped[FeedbackMode | None]
    feedback_note: Mapped[str] = mapped_column(default="")
    #: When the reporter first heard from anybody: an answer, or a message on the receipt.
    first_response_at: Mapped[datetime | None]
    #: How far its last hand-over came; the hand-overs themselves are in `lead_transfers`.
    transfer_stage: Mapped[TransferStage | None]
    transfer_reminded_on: Mapped[date | None]
    #: Who asked for the approval of a hand-over to the police: somebody else decides.
    transfer_proposed_by_id: Mapped[UUID | None]
    #: The unit of the system that has the last hand-over, and what kind of organ it went to.
    transfer_receiver_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    #: Who handed it over, and has what that asks for, whoever has the lead since; None: who has it.
    transfer_sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    transfer_organ: Mapped[ReceivingOrgan | None]
    #: How far the hand-over came that somebody else has while the head decides about the police, and
    #: the last day of its term: that runs on beside the head's.
    kept_stage: Mapped[TransferStage | None]
    kept_due_on: Mapped[date | None]
    #: The last day of the hand-over's term that runs, whoever it binds (`lead_transfer_clocks`).
    handover_due_on: Mapped[date | None]
    #: Whether the days for a review are over: looked up where it decides, which is on reading.
    review_over = False
    #: The `Obligation`s that are open (`lead_obligations`).
    owes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    #: Closed is what the office did, solved is what the reporter got.
    solved: Mapped[Solved | None]
    solved_note: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    import_id: Mapped[UUID | None]
    import_row: Mapped[int | None]
    search: Mapped[str] = mapped_column(TSVECTOR)
    #: Its texts in their plain form, which a search is rechecked by (core/listing/search.py).
    search_text: Mapped[str] = mapped_column(server_default="")
    #: The subject without region and legal form, and how its brand sounds (domain/words/names.py).
    name_key: Mapped[str] = mapped_column(server_default="")
    name_sound: Mapped[str] = mapped_column(server_default="")
    #: The lead that goes on in place of this one; `lead_links` says who decided that, and why.
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"))
    #: Whether others go on in this one: no column, but looked up where a decision asks for it.
    has_merged = False
    #: Whether it was drawn for a second verification that has not ended: looked up as well.
    recheck_drawn = False
    #: Whether the police filed over its last hand-over, and whether a case came of it: so, too.
    police_filed = False
    police_have_it = False
    has_case = False
    kept_off = False
    #: Whether its receiver left it to the sender to conclude: so, too.
    unsettled = False
    #: Where it stood before a waiver that may be taken back: so, too.
    waived_from = cast("LeadStatus | None", None)
    #: Who was asked to assist and has not answered: so, too.
    assists_awaited: Sequence[str] = ()


class LeadIdentifier(Base):
    """A phone, account, ID number … that stood in a lead's text or was entered with it."""

    __tablename__ = "lead_identifiers"
    __table_args__ = (Index(None, "lead_id"), Index(None, "value_index", "lead_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    kind: Mapped[IdentifierKind]
    value_enc: Mapped[bytes]
    value_index: Mapped[bytes]
    value_mask: Mapped[str]
    #: What stood in the text, encrypted (spaces and hyphens kept), and where its mask stands now.
    raw_enc: Mapped[bytes | None]
    field: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[int | None]
    ends_at: Mapped[int | None]
    #: What the machine found is a proposal until a person says so.
    state: Mapped[IdentifierState] = mapped_column(server_default="proposed")


class LeadLink(Base):
    """One lead merged into another, by whom and why; undone links stay as history."""

    __tablename__ = "lead_links"
    __table_args__ = (
        # A lead goes on in one other at most.
        Index(
            "uq_lead_links_lead_id",
            "lead_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(None, "lead_id"),
        Index(None, "main_lead_id"),
        CheckConstraint("lead_id <> main_lead_id", name="not_itself"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    main_lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    made_by_post_id: Mapped[UUID | None]
    #: What the merge changed of the lead, as it was before.
    before: Mapped[dict[str, Any]]
    #: Who was let see the merged lead by the merge alone.
    granted: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")
    undone_reason: Mapped[str] = mapped_column(default="")
