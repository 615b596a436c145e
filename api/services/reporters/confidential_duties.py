"""Duties around who reported and around restricted files: of single people, not of their units."""

from sqlalchemy import ColumnElement, Date, Text, and_, cast, exists, func, literal_column, select

from api.access import restricted_rows, visibility
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.reporters.informants import DECIDE_RULE, OpeningStatus
from api.domain.restricted.restricted_files import RestrictedStatus
from api.models.informants import Informant, InformantOpening, InformantRecusal
from api.models.leads import Lead
from api.models.restricted_files import RestrictedFile
from api.services.kit._duty_source import NO, Source, in_status
from api.services.leads import leads
from api.services.leads.lead_duties import answered_for

K = DutyKind


def _restricted(kind: DutyKind, status: RestrictedStatus) -> Source:
    """A duty of the people on a file's list; their units do not know of it."""
    lead_number = select(Lead.number).where(Lead.id == RestrictedFile.lead_id).scalar_subquery()
    return Source(
        kind,
        "restricted-files",
        RestrictedFile,
        P.RESTRICTED_FILE_HANDLE,
        lambda actor: and_(
            in_status(RestrictedFile.status, status), restricted_rows.visible(actor)
        ),
        literal_column("'专档'", Text()),
        lead_number,
        RestrictedFile.due_on,
        RestrictedFile.due_is_provisional,
        RestrictedFile.due_rule,
    )


_O = InformantOpening


def _asked(actor: Actor) -> ColumnElement[bool]:
    """Requests of others; somebody who withdrew from the matter does not decide it."""
    recused = exists().where(
        InformantRecusal.lead_id == _O.lead_id, InformantRecusal.user_id == actor.id
    )
    return and_(
        _O.lead_id == Lead.id,
        in_status(_O.status, OpeningStatus.WAITING),
        _O.requested_by_id != actor.id,
        ~recused,
    )


#: Stands at the lead: there it is decided.
_INFORMANT = Source(
    K.INFORMANT_DECIDE,
    "leads",
    Lead,
    P.INFORMANT_APPROVE,
    lambda actor: and_(
        Lead.id.in_(select(_O.lead_id).where(in_status(_O.status, OpeningStatus.WAITING))),
        visibility.seen(actor, Lead),
        exists().where(_asked(actor)),
    ),
    Lead.subject_name,
    Lead.number,
    cast(
        func.timezone(
            literal_column("'Asia/Shanghai'"),
            select(func.min(_O.due_at))
            .where(_O.lead_id == Lead.id, in_status(_O.status, OpeningStatus.WAITING))
            .scalar_subquery(),
        ),
        Date,
    ),
    NO,
    literal_column(f"'{DECIDE_RULE}'", Text()),
    shared=False,
)

_I = Informant


def _to_name(actor: Actor) -> ColumnElement[bool]:
    """Reports with a name that came without keepers, until both are named; who withdrew names
    nobody."""
    recused = exists().where(
        InformantRecusal.lead_id == Lead.id, InformantRecusal.user_id == actor.id
    )
    return and_(
        answered_for(actor),
        Lead.id.in_(select(_I.lead_id).where(_I.keepers_wanted)),
        Lead.status.in_(leads.OPEN),
        ~recused,
    )


_KEEPERS = Source(
    K.INFORMANT_NAME,
    "leads",
    Lead,
    P.INFORMANT_ASSIGN,
    _to_name,
    Lead.subject_name,
    Lead.number,
    shared=False,
)

SOURCES: tuple[Source, ...] = (
    _KEEPERS,
    _INFORMANT,
    _restricted(K.RESTRICTED_HAND_OFF, RestrictedStatus.OPENED),
    _restricted(K.RESTRICTED_ANSWER, RestrictedStatus.HANDED_OFF),
    _restricted(K.RESTRICTED_CLOSE, RestrictedStatus.ANSWERED),
)
