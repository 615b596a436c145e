"""Every sentence about a violated constraint belongs to a constraint that a table has."""

from sqlalchemy import Index, UniqueConstraint

from api import models  # noqa: F401  # fills the metadata
from api.core.database import constraints
from api.core.database.db import Base


def test_every_refusal_is_of_a_unique_constraint() -> None:
    known: set[str] = set()
    for table in Base.metadata.tables.values():
        rules = [*table.constraints, *table.indexes]
        unique = [
            r
            for r in rules
            if isinstance(r, UniqueConstraint) or (isinstance(r, Index) and r.unique)
        ]
        known |= {str(rule.name) for rule in unique}
    assert constraints.REFUSALS.keys() <= known


def test_a_field_that_is_at_fault_is_named() -> None:
    refusal = constraints.expected("uq_cases_police_case_no")
    assert [fault.pointer for fault in refusal.errors] == ["/police_case_no"]
    assert constraints.refusal("uq_nobody") is None
