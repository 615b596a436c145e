"""Leads, cases and problems at risk entities handed to the police or to a department: papers,
receipt, result, and their clocks."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, or_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.leads.lead_transfers import TransferKind, TransferSide
from api.domain.leads.leads import (
    DecisionLevel,
    LeadStatus,
    PoliceMatter,
    ReceivingOrgan,
    ReviewResult,
    TransferResult,
    TransferStage,
)
from api.domain.organisation.handing_over import HandoverStatus
from api.models.base import DivisionCode, Recorded, Versioned, Waits, held


class LeadTransfer(Recorded, Versioned, Waits, Base):
    """One hand-over, from the report to the head on. What comes back may be handed over again.

    Of a lead it is a part, whose steps are the lead's; of a case or a risk entity it is a record of
    its own with a number (`domain/leads/handovers.py`): its receiver sees what was sent.
    """

    __tablename__ = "lead_transfers"
    __table_args__ = (
        *held("lead_transfers"),
        Index(None, "lead_id", "id"),
        CheckConstraint("num_nonnulls(lead_id, case_id, risk_entity_id) = 1", name="subject"),
        CheckConstraint(
            "CASE WHEN lead_id IS NULL THEN num_nulls(number, status, town_code, owner_unit_id) = 0"
            " ELSE num_nonnulls(number, status, town_code, owner_unit_id) = 0 END",
            name="own",
        ),
        Index(None, "case_id", "id", postgresql_where=text("case_id IS NOT NULL")),
        Index(None, "risk_entity_id", "id", postgresql_where=text("risk_entity_id IS NOT NULL")),
        Index(None, "town_code", "id", postgresql_where=text("lead_id IS NULL")),
        Index(
            "ix_lead_transfers_open",
            "town_code",
            "status",
            postgresql_where=text("lead_id IS NULL"),
        ),
        Index("uq_lead_transfers_number", "number", unique=True),
    )

    #: What is handed over: exactly one.
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    risk_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("risk_entities.id"))
    #: Where it stands, who sent it, and what was sent as it was then; of a lead the lead says it.
    number: Mapped[str | None]
    status: Mapped[HandoverStatus | None]
    town_code: Mapped[str | None] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(default="", server_default="")
    #: `{"label": …, "value": …}` each.
    sent_facts: Mapped[list[dict[str, str]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    reason: Mapped[str] = mapped_column(default="", server_default="")
    kind: Mapped[TransferKind]
    organ: Mapped[ReceivingOrgan]
    #: Who gets it: a unit of the system, which alone records what it does; else a name.
    receiver_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    department: Mapped[str]
    #: The hand-over that this one goes on from: passed on to whoever is in charge.
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead_transfers.id"))
    #: Who recorded what, for themselves or for a body outside: `{"what": …, "unit": …}` each.
    recorded: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    #: The written report to the head: since when, by whom it was looked into, what it says.
    reported_on: Mapped[date | None]
    investigators: Mapped[str] = mapped_column(default="", server_default="")
    report: Mapped[str] = mapped_column(default="", server_default="")
    refused_on: Mapped[date | None]
    refusal: Mapped[str] = mapped_column(default="", server_default="")
    document_no: Mapped[str] = mapped_column(default="")
    materials: Mapped[str] = mapped_column(default="")
    approved_on: Mapped[date | None]
    approved_by: Mapped[str] = mapped_column(default="")
    #: None: not approved yet, or never.
    sent_on: Mapped[date | None]
    receipt_no: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date | None]
    #: From here the police have 24 hours to tell what is missing; earlier rows know the day only.
    received_at: Mapped[datetime | None]
    received_by: Mapped[str] = mapped_column(default="")
    matter: Mapped[PoliceMatter | None]
    told_on: Mapped[date | None]
    told_at: Mapped[datetime | None]
    missing: Mapped[str] = mapped_column(default="")
    supplied_on: Mapped[date | None]
    supplied: Mapped[str] = mapped_column(default="")
    result: Mapped[TransferResult | None]
    result_on: Mapped[date | None]
    #: A station records who above it decided.
    decided_level: Mapped[DecisionLevel | None]
    result_document_no: Mapped[str] = mapped_column(default="")
    result_note: Mapped[str] = mapped_column(default="")
    review_asked_on: Mapped[date | None]
    review_reason: Mapped[str] = mapped_column(default="", server_default="")
    review_result: Mapped[ReviewResult | None]
    reviewed_on: Mapped[date | None]
    review_document_no: Mapped[str] = mapped_column(default="", server_default="")
    #: 移送规定第9条: the procurator is asked to supervise what the police declined.
    supervision_on: Mapped[date | None]
    supervision_by: Mapped[str] = mapped_column(default="", server_default="")
    supervision_document_no: Mapped[str] = mapped_column(default="", server_default="")
    supervision_reason: Mapped[str] = mapped_column(default="", server_default="")
    #: 移送规定第12条: what belongs to the case follows it to the police.
    goods_on: Mapped[date | None]
    goods: Mapped[str] = mapped_column(default="", server_default="")
    goods_receipt_no: Mapped[str] = mapped_column(default="", server_default="")
    #: The police gave up the case that they had filed, and what the sender did about it.
    dropped_on: Mapped[date | None]
    aftermath: Mapped[str] = mapped_column(default="", server_default="")
    #: Taken back before anybody had received it, or by whom it was about.
    recalled_on: Mapped[date | None]
    #: Where the lead stood when it was handed over, for when that is taken back.
    left_status: Mapped[LeadStatus | None]
    #: The sender took it back while another was on its way or answered: that one tells of the lead.
    is_taken_back: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    #: Of a round before the lead was opened anew: it says nothing of this one.
    is_past: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    recall_reason: Mapped[str] = mapped_column(default="", server_default="")

    #: Whether a case is to be opened from it: no column, but looked up where a turn asks for it.
    awaits_case = False
    #: Whether a head let it go today and nobody went on from that: so, too.
    waived_just_now = False

    # the names by which the steps of every hand-over know it

    #: Whether the days for a review are over: looked up where it decides, which is on reading.
    review_over = False

    @property
    def transfer_receiver_id(self) -> UUID | None:
        """Whose turn it is, where that is the receiver's."""
        return self.receiver_unit_id

    @property
    def transfer_stage(self) -> TransferStage:
        """How far it came."""
        return TransferStage((self.status or HandoverStatus.SENT).value)

    @transfer_stage.setter
    def transfer_stage(self, stage: TransferStage) -> None:
        self.status = HandoverStatus(stage.value)


#: The police filed over it, by the last that they said.
FILED_OVER = or_(
    LeadTransfer.review_result == ReviewResult.FILED,
    and_(LeadTransfer.review_result.is_(None), LeadTransfer.result == TransferResult.FILED),
)


class LeadTransferClock(Base):
    """One term of a hand-over, by the version of the rule that was in force when it began."""

    __tablename__ = "lead_transfer_clocks"
    __table_args__ = (
        Index(None, "transfer_id", "id"),
        Index(
            "ix_lead_transfer_clocks_open",
            "lead_id",
            "due_on",
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index(
            "ix_lead_transfer_clocks_runs",
            "transfer_id",
            "due_on",
            postgresql_where=text("ended_on IS NULL AND lead_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("lead_transfers.id", ondelete="CASCADE"))
    #: Repeated from the hand-over, where it is a lead's.
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    side: Mapped[TransferSide]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: The day of `due_at` in China: duties are ordered by it.
    due_on: Mapped[date]
    is_provisional: Mapped[bool]
    ended_on: Mapped[date | None]


#: In which order the last of a lead's hand-overs stands first (`lead_transfers.last_of`).
LAST_FIRST = (
    or_(LeadTransfer.refused_on.is_not(None), LeadTransfer.is_taken_back),
    LeadTransfer.id.desc(),
)
#: The same of those that somebody has or had: what lies before the head is with nobody.
LAST_SENT_FIRST = (LeadTransfer.sent_on.is_(None), *LAST_FIRST)
