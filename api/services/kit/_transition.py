"""The only place that sets a status."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.events import events
from api.core.listing.pagination import Listing
from api.domain.across.ways import WAYS
from api.domain.kit.actors import Actor, Holder
from api.domain.kit.errors import Forbidden, NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.kit.flow import FieldKind, Flow, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, holders_of
from api.domain.kit.standing import Turn, Whose, sender_of
from api.models.base import Since, Waits
from api.services.kit import due_days, protect

T = TypeVar("T")


async def lock(
    session: AsyncSession, actor: Actor, listing: Listing, model: type[T], record_id: UUID
) -> T:
    """A visible record, locked until the transaction ends. Raises NotFound."""
    key: Any = model.id  # type: ignore[attr-defined]  # every aggregate has one
    found = await session.scalar(
        select(model).where(key == record_id, listing.visible(actor)).with_for_update(of=model)
    )
    if found is None:
        raise NotFound
    return found


def check_version(record: Any, version: int) -> None:
    """Raises StaleVersion when somebody changed the record since the client read it."""
    if record.version != version:
        raise StaleVersion(current=record.version)


def check_edit(actor: Actor, record: Any, flow: Flow[Any, Any], version: int) -> None:
    """Whether a locked record may be corrected by the actor, as it was when they read it.

    Raises Forbidden, StaleVersion, or what the flow says of a record that is beyond correction.
    """
    flow.check_edit(actor, record)
    check_version(record, version)


def _stand(record: Any, status: Any) -> None:
    record.status = status
    renew(record)


def renew(record: Any) -> None:
    """Another step begins today, whether the status tells of it or not."""
    if isinstance(record, Since):
        record.turn_since = today()


def put(record: Any, status: Any) -> None:
    """Set a status by a decision beside the flow (a merge and its undoing), as a new version."""
    _stand(record, status)
    record.version += 1
    record.updated_at = now()
    if isinstance(record, Waits):
        record.hand_back()


def settle(record: Any, status: Any) -> None:
    """The status in which an act leaves a record, where that depends on what it was before."""
    _stand(record, status)


def touch(record: Any) -> None:
    """A new version without a new status."""
    record.version += 1
    record.updated_at = now()


def check(
    actor: Actor,
    record: Any,
    flow: Flow[Any, Any],
    body: Any,
    checks: Sequence[Callable[[], object]] = (),
) -> Step[Any]:
    """Whether an action may be taken on a locked record: permission, version, flow, and its form with
    whatever else a service asks of it (`checks`), every fault of which is told at once.

    Raises Forbidden, StaleVersion, TransitionNotAllowed, or what a predicate of the flow says,
    Invalid for fields that do not go together.
    """
    action = next(a for a in flow.steps if a.value == body.action)
    row = flow.steps[action]
    if not actor.may(row.needs):
        raise Forbidden
    check_version(record, body.version)
    return flow.step(action, actor, record, [partial(row.check, body, record.status), *checks])


def take(
    actor: Actor,
    record: Any,
    flow: Flow[Any, Any],
    body: Any,
    checks: Sequence[Callable[[], object]] = (),
) -> tuple[Step[Any], dict[str, Any]]:
    """Take one action on a locked record. Returns the step and what its event says; `apply` also
    writes that event, where everybody's stand. `checks`: what else is asked of the form. Whoever
    takes an act that has effects of its own passes the turn on when those are done: halfway it may
    look like somebody else's.

    Raises what `check` raises.
    """
    step = check(actor, record, flow, body, checks)
    before = record.status
    if step.to is not None:
        _stand(record, step.to)
    record.version += 1
    record.updated_at = now()
    return step, {"action": body.action, "from": before.value, "to": record.status.value}


def rights_of(record: Any, flow: Flow[Any, Any]) -> frozenset[Permission]:
    """The rights by which the record is brought on; of an assist those of its own steps."""
    if way := WAYS.get(flow.name):
        return way.rights(record)
    return frozenset(each.needs for each in flow.steps.values() if record.status in each.frm)


def pass_on(record: Any, flow: Flow[Any, Any], rights: frozenset[Permission]) -> None:
    """Whoever held the turn that was just taken holds the next one, too, if it is theirs; else it
    is given back: now it is for other people."""
    holder = Holder.of(record, rights) if isinstance(record, Waits) else None
    if holder is None:
        return
    way = WAYS.get(flow.name)
    stays = (
        any(
            way.is_held(holder, record, turn)
            or (turn.returns and holder.unit_id == getattr(record, "owner_unit_id", None))
            for turn in way.turns(record)
        )
        if way
        else bool(rights & rights_of(record, flow))
    )
    if not stays:
        record.hand_back()


#: Whoever an affair is handed to outside the system, and the paper that says so.
_NAMED = frozenset({"department", "document_no"})


def said(step: Step[Any], body: Any) -> dict[str, Any]:
    """To whom, until when, what was chosen: what of a form its event repeats. Days, units and codes
    as they are, the names of bodies and papers masked; what else people wrote a service tells."""
    found: dict[str, Any] = {}
    for asked in step.fields:
        given = getattr(body, asked.name, None)
        if given in (None, "", []):
            continue
        if isinstance(given, date):  # a moment is one, too
            found[asked.name] = given.isoformat()
        elif isinstance(given, Labelled):
            found[asked.name] = given.value
        elif asked.kind is FieldKind.UNIT:
            found[asked.name] = str(given)
        elif asked.kind is FieldKind.UNITS:
            found[asked.name] = [str(each) for each in given]
        elif asked.name in _NAMED:
            found[asked.name] = protect.told(str(given))
    return found


def awaited(
    actor: Actor, record: Any, flow: Flow[Any, Any], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Whose turn it is after an act, where that is somebody else's than who acted and the act's own
    form does not name them: what was passed on, and to whom."""
    way = WAYS.get(flow.name)
    turn = next(way.turns(record), None) if way else None
    if way is None or turn is None or way.is_mine(actor, record, turn):
        return {}
    found: dict[str, Any] = {"awaits": turn.told(is_mine=False)}
    match turn.whose:
        case Whose.OWNER | Whose.SENDER | Whose.RECEIVER:
            unit = {
                Whose.OWNER: lambda: record.owner_unit_id,
                Whose.SENDER: lambda: sender_of(record),
                Whose.RECEIVER: lambda: record.transfer_receiver_id,
            }[turn.whose]()
            if unit is None or unit == actor.unit_id or str(unit) in data.values():
                return {}
            return found | {"awaits_unit_id": str(unit)}
        case _:
            whom = _named(turn, flow, record)
            return found | {"awaits_whom": whom} if whom else {}


def _named(turn: Turn[Any], flow: Flow[Any, Any], record: Any) -> str | None:
    """Who has a turn that is no single unit's, in words."""
    if turn.named is not None:
        return turn.named(record)
    if turn.whose is Whose.HOLDER and turn.acts:
        return holders_of(flow.steps[turn.acts[0]].needs, record)
    return turn.whose.label if turn.whose is Whose.OFFICE else None


async def apply(
    session: AsyncSession,
    actor: Actor,
    record: Any,
    flow: Flow[Any, Any],
    event: EventName,
    body: Any,
    told: dict[str, Any] | None = None,
    *,
    tells: tuple[str, UUID] | None = None,
) -> Step[Any]:
    """Take one action on a locked record: permission, version, flow, status, event.

    `told` is what the event says beyond action, statuses and what `said` repeats; no personal data
    goes there. `tells` names the record whose timeline tells of it, where that is another one.
    Raises Forbidden, StaleVersion, TransitionNotAllowed, or what a predicate of the flow says,
    Invalid for fields that do not go together.
    """
    days, rights = await due_days.checked(session, body), rights_of(record, flow)
    step, data = take(actor, record, flow, body, [days])
    if step.to is not None:
        pass_on(record, flow, rights)
    subject_type, subject_id = tells or (flow.name, record.id)
    data |= said(step, body) | (told or {})
    if data["to"] != data["from"]:
        data |= awaited(actor, record, flow, data)
    await events.record(session, actor, event, subject_type, subject_id, data)
    return step
