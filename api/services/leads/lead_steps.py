"""What waits beside a lead's own term, and until when."""

from typing import Any

from sqlalchemy import Date, and_, cast, exists, func, literal_column, select

from api.domain.kit.duties import DutyKind as K
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import AFTER_POLICE, DRAWABLE, TransferStage
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.receipts import UNREAD, LeadMessage
from api.models.recheck_samples import RecheckSample, RecheckSampleLine
from api.services.kit.steps import Step, holder_unit


def _day(moment: Any) -> Any:
    return cast(func.timezone(literal_column("'Asia/Shanghai'"), moment), Date)


#: Drawn, and not yet verified a second time. With the county, because the town must keep off, it is
#: looked into by others anyhow, and nobody of the town could order it.
OPEN_LINE = and_(
    RecheckSampleLine.lead_id == Lead.id,
    RecheckSampleLine.waits(),
    func.length(Lead.town_code) == literal_column(str(LEVEL_DIGITS[DivisionLevel.TOWN])),
)
#: Since when the second verification of a lead that was drawn is to be ordered.
DRAWN_ON = (
    select(_day(func.min(RecheckSample.created_at)))
    .join(RecheckSampleLine, RecheckSampleLine.sample_id == RecheckSample.id)
    .where(OPEN_LINE)
    .correlate(Lead)
    .scalar_subquery()
)
_IS_UNREAD = and_(LeadMessage.lead_id == Lead.id, literal_column(f"({UNREAD})"))

#: When the police gave up what they had filed.
DROPPED_ON = (
    select(func.max(LeadTransfer.dropped_on))
    .where(LeadTransfer.lead_id == Lead.id, ~LeadTransfer.is_past)
    .correlate(Lead)
    .scalar_subquery()
)

STEPS = (
    # 移送规定第10条: what is no crime may still be to be punished
    Step(
        K.LEAD_DROPPED,
        and_(Lead.transfer_stage == TransferStage.DROPPED, Lead.status.in_(sorted(AFTER_POLICE))),
        DROPPED_ON,
        func.coalesce(Lead.transfer_sender_id, Lead.owner_unit_id),
    ),
    Step(
        K.LEAD_RECHECK_DRAWN,
        and_(
            Lead.status.in_(DRAWABLE),
            Lead.merged_into_id.is_(None),  # it goes on in another one
            exists(literal_column("1")).where(OPEN_LINE).correlate(Lead),
        ),
        DRAWN_ON,
        holder_unit(Permission.LEAD_ASSIGN, Lead.town_code, Lead.owner_unit_id),
    ),
    # Whatever the lead's stage: a reporter who is not answered stops telling.
    Step(
        K.LEAD_MESSAGE,
        exists(literal_column("1")).where(_IS_UNREAD).correlate(Lead),
        select(_day(func.min(LeadMessage.at))).where(_IS_UNREAD).correlate(Lead).scalar_subquery(),
    ),
)
