"""What a noun is called in events and tables, and in addresses: no plural is made by hand."""

from collections.abc import Mapping
from typing import Final

#: `risk_entity` → `risk-entities`
PATHS: Final[Mapping[str, str]] = {
    "case": "cases",
    "distribution": "distributions",
    "handover": "handovers",
    "import": "imports",
    "inspection": "inspections",
    "lead": "leads",
    "ledger": "ledger/entries",
    "outcome": "outcomes",
    "paper": "papers",
    "property_item": "property-items",
    "property_measure": "property-measures",
    "rectification": "rectifications",
    "restricted_file": "restricted-files",
    "reward": "rewards",
    "risk_entity": "risk-entities",
    "rule_set_version": "rule-set-versions",
    "victim": "victims",
}
#: The other way round.
NOUNS: Final[Mapping[str, str]] = {path: noun for noun, path in PATHS.items()}
