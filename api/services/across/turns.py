"""Taking a turn upon oneself, giving it back, giving it to a colleague: on the row that waits.

Whether it is somebody's turn, the head of the record says (services/kit/standing.py), and nothing
else: what is asked here is what the page shows. Order of locks: the holding of the post, then the
record; whoever hands over a post goes the same way.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.events import events
from api.core.listing.pagination import Listing
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, DomainError, FieldError, Forbidden, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission as P
from api.domain.kit.turns import TurnAction, may_free
from api.models.base import UNHELD
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LAST_SENT_FIRST, LeadTransfer
from api.models.leads import Lead
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.rectifications import Rectification
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.rule_sets import RuleSetVersion
from api.models.units import Post
from api.models.users import PostHolder, User
from api.schemas.turns import TurnAct
from api.services.across import handovers
from api.services.across.declared_nouns import DECLARED
from api.services.cases import cases
from api.services.entities import inspections, rectifications, risk_entities
from api.services.leads import leads
from api.services.organisation import rule_set_versions
from api.services.recovery import distributions, property_items, property_measures
from api.services.rewards import rewards

Read = Callable[[Actor, UUID, AsyncSession], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of record that waits for people: `path` as in `/api/v1/{path}`."""

    path: str
    permission: P
    listing: Listing
    model: Any
    read: Read


NOUNS: tuple[Noun, ...] = (
    Noun("leads", P.LEAD_READ, leads.LISTING, Lead, leads.read),
    Noun("cases", P.CASE_READ, cases.LISTING, Case, cases.read),
    Noun("handovers", P.LEAD_READ, handovers.LISTING, LeadTransfer, handovers.read),
    Noun(
        "property-items", P.PROPERTY_READ, property_items.LISTING, PropertyItem, property_items.read
    ),
    Noun(
        "property-measures", P.PROPERTY_READ, property_measures.LISTING, PropertyMeasure,
        property_measures.read,
    ),
    Noun(
        "distributions", P.DISTRIBUTION_READ, distributions.LISTING, Distribution,
        distributions.read,
    ),
    Noun(
        "risk-entities", P.RISK_ENTITY_READ, risk_entities.LISTING, RiskEntity, risk_entities.read
    ),
    Noun("inspections", P.INSPECTION_READ, inspections.LISTING, Inspection, inspections.read),
    Noun(
        "rectifications", P.INSPECTION_READ, rectifications.LISTING, Rectification,
        rectifications.read,
    ),
    *(Noun(each.path, each.reads, each.LISTING, each.model, each.read) for each in DECLARED),
    Noun(
        "rule-set-versions", P.RULE_SET_READ, rule_set_versions.LISTING, RuleSetVersion, rule_set_versions.read
    ),
    Noun("rewards", P.REWARD_READ, rewards.LISTING, Reward, rewards.read),
)  # fmt: skip
#: Assists wait as rows of their own, and stand in the head of their lead.
_LEADS = NOUNS[0]
#: Every table that waits, and which record tells of a row. A hand-over of a lead stands in its head,
#: of a case or a risk entity it has a head of its own.
_TELLING: tuple[tuple[Any, Any, str, Any], ...] = (
    *(
        (noun.model, noun.model.id, noun.listing.resource, true())
        for noun in NOUNS
        if noun.model is not LeadTransfer
    ),
    (LeadAssist, LeadAssist.lead_id, _LEADS.listing.resource, true()),
    (
        LeadTransfer,
        LeadTransfer.lead_id,
        _LEADS.listing.resource,
        LeadTransfer.lead_id.is_not(None),
    ),
    (LeadTransfer, LeadTransfer.id, handovers.RESOURCE, LeadTransfer.lead_id.is_(None)),
)
MODELS: tuple[Any, ...] = tuple(dict.fromkeys(model for model, *_ in _TELLING))

_NOT_YOURS = Forbidden("没有轮到您办的事项", code="not_your_turn")


async def act(
    session: AsyncSession, actor: Actor, noun: Noun, record_id: UUID, body: TurnAct
) -> dict[str, Any]:
    """Take, give back or give the turn of a record; returns its head.

    Raises NotFound, Forbidden (`not_your_turn`), Conflict (`turn_taken`), Invalid for a person who
    can't have it.
    """
    holding = await _holding(session, actor, body)
    record = await session.scalar(
        select(noun.model)
        .where(noun.model.id == record_id, noun.listing.visible(actor))
        .with_for_update(of=noun.model)
    )
    if record is None:
        raise NotFound
    if noun is _LEADS and record.transfer_receiver_id == actor.unit_id:
        # it was handed to them: what waits for them is the hand-over
        record = await session.scalar(
            select(LeadTransfer)
            .where(LeadTransfer.lead_id == record_id)
            .order_by(*LAST_SENT_FIRST)
            .limit(1)
            .with_for_update()
        )
    return await _act(session, actor, _Place(noun, record_id, record, None), holding, body)


async def act_on_assist(
    session: AsyncSession, actor: Actor, lead_id: UUID, assist_id: UUID, body: TurnAct
) -> dict[str, Any]:
    """The same for an assist; returns the head of its lead. Raises what `act` raises."""
    holding = await _holding(session, actor, body)
    record = await session.scalar(
        select(LeadAssist)
        .join(Lead, Lead.id == LeadAssist.lead_id)
        .where(
            LeadAssist.id == assist_id, LeadAssist.lead_id == lead_id, leads.LISTING.visible(actor)
        )
        .with_for_update(of=LeadAssist)
    )
    if record is None:
        raise NotFound
    return await _act(session, actor, _Place(_LEADS, lead_id, record, assist_id), holding, body)


@dataclass(frozen=True, slots=True)
class _Holding:
    """Somebody in a post."""

    user_id: UUID
    name: str
    post_id: UUID
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class _Place:
    """The row that waits, and the record whose head tells of it."""

    noun: Noun
    record_id: UUID
    row: Any
    assist_id: UUID | None

    async def head(self, session: AsyncSession, actor: Actor) -> dict[str, Any]:
        """The head as this reader sees it."""
        await session.flush()
        return (await self.noun.read(actor, self.record_id, session))["standing"]

    def of(self, head: dict[str, Any]) -> list[dict[str, Any]]:
        """The turns of the row."""
        own = str(self.assist_id) if self.assist_id else None
        received = isinstance(self.row, LeadTransfer)
        return [
            each
            for each in head["now"]
            if each["assist_id"] == own
            and (each["is_received"] is received or self.noun is not _LEADS)
        ]


async def _act(
    session: AsyncSession,
    actor: Actor,
    place: _Place,
    holding: "_Holding | DomainError",
    body: TurnAct,
) -> dict[str, Any]:
    head = await place.head(session, actor)
    mine = [each for each in place.of(head) if each["is_mine"]]
    if not mine:
        turns = place.of(head) if body.action is TurnAction.GIVE_BACK else []
        if freed := [each for each in turns if body.action in each["turn_actions"]]:
            return await _give_back(session, actor, place, freed[0]["holder"])
        raise _NOT_YOURS
    if isinstance(holding, DomainError):
        raise holding
    holder = next((each["holder"] for each in mine if each["holder"]), None)
    if body.action is not TurnAction.TAKE:
        await _ensure_answers(session, actor, place, holder, body.action)
    if body.action is TurnAction.GIVE_BACK:
        return await _give_back(session, actor, place, holder)
    if holder and holder["id"] == str(holding.user_id):
        return head
    if body.action is TurnAction.TAKE and holder:
        raise Conflict(
            f"{holder['name']}已经接手在办，请与其商量，由其交还后再接手", code="turn_taken"
        )
    if body.action is TurnAction.TAKE and not any(each["turn_actions"] for each in mine):
        raise _NOT_YOURS
    return await _put(session, actor, place, holding, body)


async def _ensure_answers(
    session: AsyncSession,
    actor: Actor,
    place: _Place,
    holder: dict[str, Any] | None,
    action: TurnAction,
) -> None:
    """What somebody took upon themselves nobody takes away but the head of their unit, the office or
    the town's leaders: a colleague who could clear it could take it over. Raises Forbidden."""
    of_other = holder is not None and holder["id"] != str(actor.id)
    if not of_other and action is TurnAction.GIVE_BACK:
        return
    has_head, is_head = await _heads(session, actor)
    if not of_other:
        if has_head and not is_head:
            raise Forbidden("只有本单位负责人可以指定经办人", code="not_head")
        return
    beside = place.row.turn_unit_id != actor.unit_id
    if may_free(actor) if beside and action is TurnAction.GIVE_BACK else is_head and not beside:
        return
    name = holder["name"] if holder else "同事"
    who = "只有本人或者单位负责人" if has_head else "本单位没有设负责人，只有本人、镇专项办、镇领导"
    if action is TurnAction.GIVE:
        raise Forbidden(f"{name}在办，{who}可以交还；交还以后再指定经办人", code="not_head")
    raise Forbidden(f"{name}在办，{who}可以交还", code="not_your_turn")


async def _put(
    session: AsyncSession, actor: Actor, place: _Place, holding: _Holding, body: TurnAct
) -> dict[str, Any]:
    """Into these hands, if the head then says so: who proposed it can't be given the decision."""
    row = place.row
    row.turn_user_id, row.turn_post_id = holding.user_id, holding.post_id
    row.turn_unit_id, row.turn_taken_at = holding.unit_id, now()
    head = await place.head(session, actor)
    if not any(
        each["is_mine"] and each["holder"] and each["holder"]["id"] == str(holding.user_id)
        for each in place.of(head)
    ):
        if body.action is TurnAction.TAKE:
            raise _NOT_YOURS
        raise _nobody(f"{holding.name}不能办这一事项（没有权限，或者按规定须由另一人办理）")
    given = body.action is TurnAction.GIVE
    name = EventName.TURN_GIVEN if given else EventName.TURN_TAKEN
    told = {"handler": holding.name} if given else {}
    await _told(session, actor, name, place, told | _which(place.of(head)))
    return head


async def _give_back(
    session: AsyncSession, actor: Actor, place: _Place, holder: dict[str, Any] | None
) -> dict[str, Any]:
    if holder is not None:
        which = _which(place.of(await place.head(session, actor)))
        place.row.hand_back()
        await _told(session, actor, EventName.TURN_GIVEN_BACK, place, which)
    return await place.head(session, actor)


def _which(turns: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What it is that was taken or given back, and until when it is to be done."""
    held = [each for each in turns if each["holder"]]
    due = min((each["due_on"] for each in held if each["due_on"]), default=None)
    found = {"turn": "、".join(each["what"] for each in held)}
    return found | ({"due_on": due.isoformat()} if due else {})


async def _told(
    session: AsyncSession, actor: Actor, name: EventName, place: _Place, data: dict[str, Any]
) -> None:
    resource = place.noun.listing.resource
    if place.assist_id:
        data = data | {"assist_id": str(place.assist_id)}
    await events.record(session, actor, name, resource, place.record_id, data)


async def answers_for_unit(session: AsyncSession, actor: Actor) -> bool:
    """Whether the actor says who of the own unit does what nobody has in hand: its head; of a unit that
    has none everybody."""
    has_head, is_head = await _heads(session, actor)
    return is_head or not has_head


async def _heads(session: AsyncSession, actor: Actor) -> tuple[bool, bool]:
    """Whether the actor's unit has a head, and whether that is the actor."""
    own = Post.id == actor.post_id
    heads = await session.execute(
        select(func.bool_or(Post.is_head), func.bool_or(and_(Post.is_head, own)))
        .join(PostHolder, and_(PostHolder.post_id == Post.id, PostHolder.until.is_(None)))
        .where(Post.unit_id == actor.unit_id, Post.is_active)
    )
    has_head, is_head = heads.one()
    return bool(has_head), bool(is_head)


def _nobody(message: str) -> Invalid:
    return Invalid(message, errors=[FieldError("/user_id", "cannot_have_turn", message)])


async def _holding(session: AsyncSession, actor: Actor, body: TurnAct) -> _Holding | DomainError:
    """Who is to have it, locked so that they do not leave the post meanwhile; or why nobody is: a
    system, somebody who sits in no post of the actor's unit. That is said after whether there is
    such a record, and whose turn it is.
    """
    gives = body.action is TurnAction.GIVE
    if gives and body.user_id is None:
        return _nobody("请选择由谁办理")
    if not gives and body.user_id not in {None, actor.id}:
        return _nobody("接手、交还只能由本人办理；要换人的，请用“指定经办人”")
    user_id = body.user_id if gives else actor.id
    post = Post.unit_id == actor.unit_id if gives else Post.id == actor.post_id
    found = await session.execute(
        select(PostHolder.user_id, User.name, Post.id, Post.unit_id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(User, User.id == PostHolder.user_id)
        .where(
            PostHolder.user_id == user_id,
            PostHolder.until.is_(None),
            User.is_active,
            Post.is_active,
            post,
        )
        .order_by(Post.role != actor.role, Post.id)
        .with_for_update(read=True, of=PostHolder)
    )
    row = found.first()
    if row is None:
        return _nobody("该人员不在本单位的岗位上") if gives else _NOT_YOURS
    return _Holding(*row)


# --- whoever leaves -----------------------------------------------------------------------------


def _left(model: Any) -> ColumnElement[bool]:
    """Held by somebody who does not sit in that post any more."""
    sits = exists().where(
        PostHolder.post_id == model.turn_post_id,
        PostHolder.user_id == model.turn_user_id,
        PostHolder.until.is_(None),
    )
    open_ = exists().where(Post.id == model.turn_post_id, Post.is_active)
    return and_(model.turn_user_id.is_not(None), or_(~sits, ~open_))


async def give_back_left(session: AsyncSession, actor: Actor) -> int:
    """Whatever is in the hands of people who left their posts waits for their units again.
    Returns how much that was."""
    number = 0
    await session.flush()
    for model, subject, resource, part in _TELLING:
        given = await session.execute(
            update(model)
            .where(_left(model), part)
            .values(UNHELD)
            .returning(subject.label("subject"))
            .execution_options(synchronize_session="fetch")
        )
        for row in given.all():
            number += 1
            await events.record(
                session, actor, EventName.TURN_GIVEN_BACK, resource, row.subject,
                {"reason": "原经办人离岗"},
            )  # fmt: skip
    return number
