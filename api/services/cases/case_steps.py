"""What is done with a case where no law sets a term, and until when."""

from sqlalchemy import and_, or_

from api.domain.cases.cases import CaseStatus as S
from api.domain.kit.duties import DutyKind as K
from api.domain.organisation.handing_over import OPEN
from api.models.cases import Case
from api.services.kit._duty_source import in_status
from api.services.kit.steps import Step

#: Until it is over, or is recalled, it waits on the page of its hand-over.
_WITH_NOBODY = or_(
    Case.handover_status.is_(None),
    Case.handover_status.not_in(sorted(each.value for each in OPEN)),
)


def _step(kind: K, *statuses: S) -> Step:
    waits = or_(*(in_status(Case.status, status) for status in statuses))
    # where the law's own clock runs, that is its term
    own = [_WITH_NOBODY] if kind is K.CASE_DIVERTED else []
    return Step(kind, and_(waits, Case.due_on.is_(None), *own), Case.turn_since)


STEPS = (
    _step(K.CASE_ACCEPT, S.RECEIVED),
    _step(K.CASE_SEND, S.INVESTIGATION_CONCLUDED),
    _step(K.CASE_ENFORCE, S.ADJUDGED),
    _step(K.CASE_DIVERTED, S.DIVERTED_CIVIL, S.DIVERTED_ADMINISTRATIVE),
    _step(K.CASE_NOT_INDICTED, S.NOT_INDICTED),
    _step(K.CASE_NOT_FILED, S.NOT_FILED),
)
