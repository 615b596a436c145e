"""What hangs on a case: how many rows of each ledger, and what they come to, by the lists' own filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, bindparam, cast, func, literal_column, select

from api.core.listing.pagination import Listing
from api.domain.cases.victims import VictimStatus
from api.domain.kit.actors import Actor
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.recovery.distributions import DistributionStatus
from api.domain.recovery.property_items import PropertyStatus
from api.domain.recovery.property_measures import MeasureStatus
from api.domain.words.money import to_yuan
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.ledger import Transfer
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.victims import Victim
from api.services.cases import victims
from api.services.recovery import distributions, ledger_entries, property_items, property_measures


@dataclass(frozen=True, slots=True)
class Part:
    """One ledger of a case."""

    resource: str
    label: str
    #: How its rows are counted in Chinese.
    word: str
    needs: P
    listing: Listing
    #: The column, and the filter of the list, that say whose the rows are.
    case_id: Any
    by: str
    #: Which of them count.
    status: tuple[Labelled, ...] = ()
    fen: Any = None
    sum_label: str = ""

    @property
    def params(self) -> dict[str, list[str]]:
        """The filters of the list beside the case."""
        return {"status": [each.value for each in self.status]} if self.status else {}


def _but(kind: type[Labelled], *left_out: Labelled) -> tuple[Labelled, ...]:
    return tuple(each for each in kind if each not in left_out)


_LOST = func.greatest(Victim.principal - Victim.returns - Victim.refunds, literal_column("0"))
PARTS: tuple[Part, ...] = (
    Part("victims", "受害人", "人", P.VICTIM_READ, victims.LISTING, Victim.case_id, "case_id",
         _but(VictimStatus, VictimStatus.WITHDRAWN), _LOST, "损失"),
    Part("property-items", "涉案财物", "件", P.PROPERTY_READ, property_items.LISTING,
         PropertyItem.case_id, "case_id", _but(PropertyStatus, PropertyStatus.WITHDRAWN),
         PropertyItem.amount, "登记金额"),
    Part("property-measures", "有效的查封扣押冻结", "项", P.PROPERTY_READ,
         property_measures.LISTING, PropertyMeasure.case_id, "case_id", (MeasureStatus.ACTIVE,),
         PropertyMeasure.amount, "文书载明"),
    Part("distributions", "清退方案", "个", P.DISTRIBUTION_READ, distributions.LISTING,
         Distribution.case_id, "case_id", _but(DistributionStatus, DistributionStatus.WITHDRAWN),
         Distribution.total_pay, "拟发放"),
    Part("ledger/entries", "资金账分录", "笔", P.LEDGER_READ, ledger_entries.LISTING,
         Transfer.book_id, "book_id"),
)  # fmt: skip


def _counted(part: Part) -> Any:
    fen = func.sum(part.fen) if part.fen is not None else literal_column("0")
    held: list[Any] = []
    for name, value in part.params.items():
        kind, predicate = part.listing.filters[name]
        held.append(predicate(bindparam(name, value, type_=kind, unique=True)))
    found = func.json_build_object(
        literal_column("'n'"), func.count(),
        literal_column("'fen'"), cast(func.coalesce(fen, literal_column("0")), BigInteger),
    )  # fmt: skip
    source = part.listing.source
    return select(found).select_from(source).where(part.case_id == Case.id, *held).scalar_subquery()


#: All of them as one field of a case.
COLUMN: Any = func.json_build_object(
    *(each for part in PARTS for each in (literal_column(f"'{part.resource}'"), _counted(part)))
)


def shown(actor: Actor, case_id: str, counted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the actor may open, each with the list that holds its rows."""
    return [
        {
            "resource": part.resource,
            "label": part.label,
            "count": counted[part.resource]["n"],
            "word": part.word,
            "amount": to_yuan(counted[part.resource]["fen"]) if part.sum_label else None,
            "amount_label": part.sum_label,
            "query": {
                "resource": part.resource,
                "params": {part.by: case_id, **part.params},
            },
        }
        for part in PARTS
        if actor.may(part.needs)
    ]
