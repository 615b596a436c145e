"""The records that timelines and the feed tell of: where they live, who may read them.

A new noun adds its line here and has both.
"""

from dataclasses import dataclass

from api.core.listing.pagination import Listing
from api.domain.kit.permissions import Permission as P
from api.services.across import handovers
from api.services.across.declared_nouns import DECLARED
from api.services.cases import cases, victims
from api.services.entities import inspections, rectifications, risk_entities
from api.services.imports import imports
from api.services.leads import leads
from api.services.organisation import rule_set_versions
from api.services.recovery import distributions, property_items, property_measures
from api.services.rewards import rewards


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of record: `noun` as in `/api/v1/{noun}`."""

    noun: str
    permission: P
    listing: Listing


SOURCES = (
    Source("leads", P.LEAD_READ, leads.LISTING),
    Source("cases", P.CASE_READ, cases.LISTING),
    Source("handovers", P.LEAD_READ, handovers.LISTING),
    Source("victims", P.VICTIM_READ, victims.LISTING),
    Source("property-items", P.PROPERTY_READ, property_items.LISTING),
    Source("property-measures", P.PROPERTY_READ, property_measures.LISTING),
    Source("distributions", P.DISTRIBUTION_READ, distributions.LISTING),
    Source("risk-entities", P.RISK_ENTITY_READ, risk_entities.LISTING),
    Source("inspections", P.INSPECTION_READ, inspections.LISTING),
    Source("rectifications", P.INSPECTION_READ, rectifications.LISTING),
    *(Source(each.path, each.reads, each.LISTING) for each in DECLARED),
    Source("rewards", P.REWARD_READ, rewards.LISTING),
    Source("rule-set-versions", P.RULE_SET_READ, rule_set_versions.LISTING),
    Source("imports", P.IMPORT_RUN, imports.LISTING),
)
