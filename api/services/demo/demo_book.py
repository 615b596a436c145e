"""One case of the demo and everything that hangs on it, as its posts write it down."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.demo import demo_stories as told
from api.domain.recovery.distributions import BaseRule
from api.domain.recovery.ledger import AccountKind
from api.domain.recovery.property_items import PropertyKind
from api.domain.recovery.property_measures import AuthorityLevel, MeasureKind, Regime, ReleaseReason
from api.schemas.cases import CaseCreate
from api.schemas.distributions import DistributionCreate
from api.schemas.ledger import EntryCreate
from api.schemas.property_items import PropertyItemCreate
from api.schemas.property_measures import PropertyMeasureCreate
from api.schemas.victims import VictimCreate
from api.services.across import handing_over
from api.services.cases import case_intake, victims
from api.services.demo.demo_leads import Lead
from api.services.demo.demo_stage import Stage, act
from api.services.recovery import (
    distribution_decisions,
    distributions,
    ledger_entries,
    property_items,
    property_measure_decisions,
    property_measures,
)

PSB = "霍邱县公安局"
_OFFICERS = ["赵卫国", "毕守仁"]


class Book:
    """One case and everything that hangs on it; each call is one request of one post."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.seen: dict[str, Any] = {}
        #: Measures that later entries still name.
        self.measures: dict[str, dict[str, Any]] = {}

    @property
    def id(self) -> UUID:
        return UUID(self.seen["id"])

    @property
    def session(self) -> AsyncSession:
        return self.stage.session

    async def open(self, sources: Sequence[Lead], **given: Any) -> None:
        """Register the case."""
        ids = [str(lead.id) for lead in sources]
        body = CaseCreate.model_validate({"source_lead_ids": ids} | given)
        self.seen, _ = await case_intake.create(self.session, self.stage.actors["police"], body)

    async def decide(self, action: str, **given: Any) -> None:
        """Record a decision."""
        self.seen = await handing_over.case_transition(
            self.session, self.stage.actors["police"], self.id, act(action, self.seen, **given)
        )

    async def file(self) -> None:
        """The filing, as the county's police head approved it."""
        await self.decide(
            "file", filed_on=today(), authority_level=AuthorityLevel.COUNTY_PSB,
            document_no=self.stage.document("霍公（刑）立字〔{year}〕{n}号"),
        )  # fmt: skip

    async def item(self, kind: PropertyKind, title: str, **given: Any) -> dict[str, Any]:
        """Register a piece of property."""
        body = PropertyItemCreate.model_validate(
            {"case_id": str(self.id), "kind": kind.value, "title": title} | given
        )
        return await property_items.create(self.session, self.stage.actors["police"], body)

    async def dispose(self, item: dict[str, Any], action: str, **given: Any) -> dict[str, Any]:
        """One action on a piece of property."""
        return await property_items.transition(
            self.session, self.stage.actors["police"], UUID(item["id"]), act(action, item, **given)
        )

    async def measure(
        self, item: dict[str, Any], kind: MeasureKind, form: str, **given: Any
    ) -> dict[str, Any]:
        """Record what the county's police ordered."""
        body = PropertyMeasureCreate.model_validate(
            {
                "property_item_id": item["id"],
                "kind": kind.value,
                "regime": Regime.CRIMINAL.value,
                "authority": PSB,
                "authority_level": AuthorityLevel.COUNTY_PSB.value,
                "document_no": self.stage.document(form),
                "officers": _OFFICERS,
                "amount": item["amount"] or item["appraised_value"],
                "starts_on": today().isoformat(),
            }
            | given
        )
        return await property_measures.create(self.session, self.stage.actors["police"], body)

    async def release(self, measure: dict[str, Any], reason: ReleaseReason, said: str) -> None:
        """Record the end of a measure."""
        await property_measure_decisions.transition(
            self.session, self.stage.actors["police"], UUID(measure["id"]),
            act("release", measure, released_on=today(), release_reason=reason, reason=said,
                document_no=self.stage.document("霍公（刑）解字〔{year}〕{n}号")),
        )  # fmt: skip

    async def post(
        self,
        post: str,
        out_of: AccountKind,
        into: AccountKind,
        yuan: str,
        why: str,
        under: dict[str, Any] | None = None,
    ) -> None:
        """Post one entry, under a measure where it is of what is held."""
        form = "众财凭〔{year}〕{n}号" if post == "finance" else "霍公（刑）账字〔{year}〕{n}号"
        body = EntryCreate.model_validate(
            {
                "book_id": str(self.id),
                "credit": out_of.value,
                "debit": into.value,
                "amount": yuan,
                "reason": why,
                "document_no": self.stage.document(form),
                "measure_id": under["id"] if under else None,
            }
        )
        await ledger_entries.create(self.session, self.stage.actors[post], body)

    async def victim(self, principal: int, returns: int, refunds: int, **given: Any) -> Any:
        """Register a claim."""
        stage = self.stage
        code, _ = stage.village()
        body = VictimCreate.model_validate(
            {
                "case_id": str(self.id),
                "name": stage.person(),
                "id_number": stage.resident_id(),
                "phone": stage.phone(),
                "account": stage.account(),
                "bank_name": stage.random.choice(told.BANKS),
                "division_code": code,
                "principal": f"{principal}.00",
                "returns": f"{returns}.00",
                "refunds": f"{refunds}.00",
            }
            | given
        )
        return await victims.create(self.session, stage.actors["police"], body)

    async def verify(self, victim: dict[str, Any]) -> None:
        """Check a claim against contract and statements."""
        amounts = {name: _fen(victim[name]) for name in ("principal", "returns", "refunds")}
        await victims.transition(
            self.session, self.stage.actors["office"], UUID(victim["id"]),
            act("verify", victim, **amounts, basis="合同、收据与银行流水核对一致"),
        )  # fmt: skip

    async def plan(self, title: str, pool: str, rule: BaseRule, note: str) -> dict[str, Any]:
        """Open a refund plan."""
        body = DistributionCreate.model_validate(
            {
                "case_id": str(self.id),
                "title": title,
                "pool": pool,
                "base_rule": rule.value,
                "note": note,
            }
        )
        return await distributions.create(self.session, self.stage.actors["office"], body)

    async def settle(
        self, post: str, plan: dict[str, Any], action: str, **given: Any
    ) -> dict[str, Any]:
        """One action on a refund plan."""
        return await distribution_decisions.transition(
            self.session, self.stage.actors[post], UUID(plan["id"]), act(action, plan, **given)
        )


def _fen(yuan: str) -> int:
    """The wire's yuan ("12.30") as fen."""
    return int(yuan.replace(".", ""))
