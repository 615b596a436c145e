"""Who sees which rows, read off the predicates themselves: every role, every noun, every link."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.dialects import postgresql

from api.access import links, restricted_rows, visibility
from api.domain.actors import Actor
from api.domain.permissions import Permission, Role
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.imports import Import
from api.models.inspections import Inspection
from api.models.leads import Lead
from api.models.ledger import Transfer
from api.models.outcomes import Outcome
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.recheck_samples import RecheckSample
from api.models.rectifications import Rectification
from api.models.restricted_files import RestrictedFile
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.units import Unit
from api.models.victims import Victim

#: A noun, and by what somebody sees a row of it who does not see the whole town: by a row of
#: `record_access` in this word, by the case that it hangs on, by having sent it in, or not at all.
NOUNS = {
    Lead: "granted lead",
    Case: "granted case",
    RiskEntity: "granted risk_entity",
    Inspection: "granted inspection",
    Rectification: "granted rectification",
    Outcome: "granted outcome",
    Reward: "granted reward",
    Victim: "by its case",
    PropertyItem: "by its case",
    PropertyMeasure: "by its case",
    Distribution: "by its case",
    Import: "own",
    RecheckSample: "never",
}
WHOLE_TOWN = {Role.LEADER, Role.OFFICE, Role.SUPERVISOR, Role.FINANCE, Role.REPORT_READER}
NOTHING = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}


def actor(role: Role, division: str = "341522118") -> Actor:
    ids = [uuid4() for _ in range(4)]
    return Actor("user", ids[0], "", ids[1], ids[2], role, division, ids[3])


def sql(predicate) -> str:
    """The predicate as PostgreSQL reads it, values in their places."""
    text = str(
        predicate.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    )
    return " ".join(text.split())


def granted(who: Actor, word: str) -> str:
    return (
        "(SELECT record_access.record_id FROM record_access WHERE record_access.viewer_id ="
        f" '{who.viewer}' AND record_access.resource = '{word}')"
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("model", NOUNS, ids=lambda model: model.__name__)
def test_every_noun_to_every_role(role: Role, model) -> None:
    who, table = actor(role), model.__tablename__
    told, how = sql(visibility.seen(who, model)), NOUNS[model]
    if role in NOTHING:
        assert told == "false"
    elif role in WHOLE_TOWN:
        assert told == f"{table}.town_code = '341522118'"
    elif how == "never":
        assert told == "false"
    elif how == "own":
        assert told == f"imports.owner_unit_id = '{who.viewer}'"
    elif how == "by its case":
        assert told == f"{table}.case_id IN {granted(who, 'case')}"
    else:
        assert told == f"{table}.id IN {granted(who, how.removeprefix('granted '))}"


@pytest.mark.parametrize("role", [Role.OFFICE, Role.POLICE, Role.GRID, Role.SYSTEM_ADMIN])
def test_an_entry_is_seen_with_its_case(role: Role) -> None:
    who = actor(role)
    told = sql(visibility.seen(who, Transfer))
    cases = sql(visibility.seen(who, Case))
    if role in NOTHING:
        assert told == "false"
    else:
        assert told == f"transfers.book_id IN (SELECT cases.id FROM cases WHERE {cases})"


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("division", ["341522", "341522118", "341522118201", "341522118201001"])
def test_which_units_a_post_knows_of(role: Role, division: str) -> None:
    """The own town's and the county's above it; from the county all of it; administrators all."""
    told = sql(visibility.seen(actor(role, division), Unit))
    if role in NOTHING:
        assert told == "true"
    elif len(division) == 6:
        assert told == "units.division_code LIKE '341522' || '%%'"
    else:
        assert told == (
            "(units.division_code LIKE '341522118' || '%%') OR units.division_code = '341522'"
        )


@pytest.mark.parametrize(
    ("division", "reaches"),
    [("341522", 6), ("341522118", 9), ("341522118201", 9), ("34152", 0), ("3415", 0)],
)
def test_over_which_towns_a_keeper_sits(division: str, reaches: int) -> None:
    told = sql(restricted_rows._reaches(division, RestrictedFile.town_code))
    if reaches:
        place = division[:reaches]
        assert told == f"left(restricted_files.town_code, {reaches}) = '{place}'"
    else:
        assert told == "false"


@pytest.mark.parametrize("role", Role)
def test_who_takes_over_a_file_that_nobody_keeps(role: Role) -> None:
    """By name everybody; by the post alone whoever sits where the first keeper sat."""
    who = actor(role)
    told = sql(restricted_rows.visible(who))
    assert f"restricted_members.user_id = '{who.id}'" in told
    kept = {Role.COUNTY: "'county'", Role.SUPERVISOR: "'supervisor'"}
    assert ("addressee IN" in told) is (role in kept)
    if role in kept:
        assert f"addressee IN ({kept[role]})" in told
        assert " OR " in told
        assert "NOT (EXISTS" in told


def test_who_is_able_to_keep_a_file() -> None:
    told = sql(restricted_rows.holds(uuid4()))
    for condition in (
        "post_holders.until IS NULL",
        "posts.is_active",
        "users.is_active",
        "posts.role IN (",
    ):
        assert condition in told
    assert "NOT" not in told
    assert " OR " not in told


class TestLinks:
    """A link is shown to who sees its other end and may read what it is."""

    def kept(self, role: Role, *, town: str, granted: bool) -> list[dict]:
        link = {"id": UUID(int=1), "number": "AJ-1", "town": town, "granted": granted}
        return links.keep(actor(role), Permission.CASE_READ, [link])

    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("town", ["341522118", "341522119"])
    @pytest.mark.parametrize("granted", [True, False])
    def test_every_cell(self, role: Role, town: str, granted: bool) -> None:
        readers = {"leader", "office", "supervisor", "police", "police_gateway"}
        near = town == "341522118" if role in WHOLE_TOWN else granted
        shown = self.kept(role, town=town, granted=granted)
        assert bool(shown) is (near and role.value in readers)
        # what decided about it is nobody's to read
        assert all(set(link) == {"id", "number"} for link in shown)

    def test_one_hidden_end_hides_no_other(self) -> None:
        rows = [
            {"id": n, "town": "341522118" if n % 2 else "341522119", "granted": False}
            for n in range(4)
        ]
        kept = links.keep(actor(Role.OFFICE), Permission.CASE_READ, rows)
        assert [link["id"] for link in kept] == [1, 3]
