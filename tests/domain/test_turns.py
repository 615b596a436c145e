"""Random acts over every flow: no turn is lost, and whoever has one in hand is who it is for."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.across.rule_sets import RuleKind
from api.domain.across.ways import WAYS
from api.domain.kit.actors import Actor, Holder
from api.domain.kit.errors import DomainError
from api.domain.kit.permissions import Role
from api.domain.kit.standing import SHARED, Way
from api.domain.leads.leads import LeadAction, TransferStage
from api.models.base import Waits
from api.services.kit import _transition

UNITS = [UUID(int=n) for n in range(1, 4)]
PEOPLE = [
    Actor("person", UUID(int=100 + n), f"某{n}", UUID(int=200 + n), UNITS[n % 3], role, "341522118",
          UUID(int=300 + n))
    for n, role in enumerate(
        [Role.OFFICE, Role.POLICE, Role.MARKET, Role.LEADER, Role.POLICE, Role.FINANCE,
         Role.COUNTY, Role.CIVIL, Role.MARKET, Role.POLICE_GATEWAY, Role.OFFICE, Role.FINANCE]
    )
]  # fmt: skip


@dataclass
class Record(Waits):
    """What flows ask of any record, with what a service looks up left at its plainest."""

    status: Any
    owner_unit_id: UUID
    turn_user_id: UUID | None = None
    turn_unit_id: UUID | None = None
    transfer_stage: Any = None
    more: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "more":
            raise AttributeError(name)
        return self.more.get(name, PLAIN.get(name))


PLAIN: dict[str, Any] = {
    "owes": [], "orders": 1, "open_orders": 0, "open_reinspection": None, "open_rectifications": 0, "bare_orders": 0, "returns_count": 0, "marks": [],
    "concluded_unit_ids": [], "concluded_person_ids": [], "charges": ["x"], "town_code": "341522118",
    "reinspection_finding": "none", "to_give": 1, "custody": 1, "has_term": True, "expires_on": date(2026, 12, 31), "kind": RuleKind.REWARDS, "author_ids": (),
}  # fmt: skip


def waits_for_somebody(way: Way[Any, Any], record: Record) -> None:
    turns = list(way.turns(record))
    over = record.status in way.done | way.stopped
    assert bool(turns) is not over, (record.status, record.transfer_stage)
    for turn in turns:
        possible = [act for act in turn.acts if record.status in way.flow.steps[act].frm]
        assert possible or turn.whose not in SHARED, (record.status, turn)


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
@settings(max_examples=60)
@given(data=st.data())
def test_random_acts_lose_no_turn(way: Way[Any, Any], data: st.DataObject) -> None:
    record = Record(way.flow.initial, UNITS[1])
    waits_for_somebody(way, record)
    for _ in range(data.draw(st.integers(1, 12))):
        who = data.draw(st.sampled_from(PEOPLE))
        if data.draw(st.booleans()):
            take(way, record, who)
        action = data.draw(st.sampled_from(list(way.flow.steps)))
        try:
            row = way.flow.step(action, who, record)
        except DomainError:
            continue
        rights, had = _transition.rights_of(record, way.flow), holds(way, record)
        if row.to is not None:
            record.status = row.to
        follow(data, record, action)
        _transition.pass_on(record, way.flow, rights)
        same_right = way.rights(record) <= rights
        if had is not None and same_right and had.turn_of(way, record):
            assert record.turn_user_id == had.holder.id, (
                "theirs still, and taken out of their hands"
            )
        waits_for_somebody(way, record)
        held_by_whom_it_is_for(way, record)


@dataclass(frozen=True, slots=True)
class Hold:
    """Who has a turn of a record in hand."""

    holder: Holder
    unit_id: UUID

    def turn_of(self, way: Way[Any, Any], record: Record) -> bool:
        """Whether one of its turns is theirs, in the same unit's charge."""
        same = record.owner_unit_id == self.unit_id
        return same and any(way.is_held(self.holder, record, turn) for turn in way.turns(record))


def holds(way: Way[Any, Any], record: Record) -> Hold | None:
    who = next((each for each in PEOPLE if each.id == record.turn_user_id), None)
    if who is None:
        return None
    return Hold(Holder.in_role(who.id, who.unit_id, who.role), record.owner_unit_id)


def follow(data: st.DataObject, record: Record, action: Any) -> None:
    """What a service does beside the status: another unit in charge, how far a hand-over is."""
    stage = HAND_OVER.get(action)
    if stage is not None:
        record.transfer_stage = stage
    elif action is LeadAction.REFUSE_TRANSFER:
        record.transfer_stage = TransferStage.REFUSED
    if action in {LeadAction.ASSIGN, LeadAction.RECHECK}:
        record.owner_unit_id = data.draw(st.sampled_from(UNITS))
        if record.turn_unit_id != record.owner_unit_id:
            record.hand_back()  # as the model does by itself


HAND_OVER = {
    LeadAction.PROPOSE_TRANSFER: TransferStage.PROPOSED,
    LeadAction.APPROVE_TRANSFER: TransferStage.APPROVED,
    LeadAction.TRANSFER_POLICE: TransferStage.SENT,
    LeadAction.TRANSFER_DEPARTMENT: TransferStage.SENT,
    LeadAction.RECORD_RECEIPT: TransferStage.RECEIVED,
}


def take(way: Way[Any, Any], record: Record, who: Actor) -> None:
    if record.turn_user_id is None and any(
        way.is_mine(who, record, turn) and turn.whose in SHARED for turn in way.turns(record)
    ):
        record.turn_user_id, record.turn_unit_id = who.id, who.unit_id


def held_by_whom_it_is_for(way: Way[Any, Any], record: Record) -> None:
    """Right after an act, whoever still has the record may do something that it waits for, or it
    waits for a decision of others about a hand-over (which shows nobody as having it)."""
    who = next((each for each in PEOPLE if each.id == record.turn_user_id), None)
    if who is None:
        return
    holder = Holder.in_role(who.id, who.unit_id, who.role)
    held = [turn for turn in way.turns(record) if way.is_held(holder, record, turn)]
    assert held or record.transfer_stage is not None, record
    for turn in held:
        assert way.is_mine(who, record, turn), "shown as held by somebody whose turn it is not"
