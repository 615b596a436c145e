"""Who sees which rows, read off the predicates themselves: every role, every noun, every link."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from api.access import case_rows, links, restricted_rows, visibility
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission, Role, RowScope
from api.domain.restricted.restricted_files import MEMBER_ROLES
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


@pytest.mark.parametrize("role", Role)
def test_whose_figures_are_counted_by_town(role: Role) -> None:
    """Of all of its towns for the county, which sees their rows no more for that."""
    who = actor(role, "341522" if role is Role.COUNTY else "341522118")
    told = sql(visibility.counted(who, Lead))
    if role is Role.COUNTY:
        assert told == "leads.town_code LIKE '341522' || '%%' ESCAPE '/'"
    elif role in WHOLE_TOWN:
        assert told == "leads.town_code = '341522118'"
    else:
        assert told == "false"


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


def test_who_reported_a_lead_of_the_county_and_neither_handles_it_nor_helps() -> None:
    who = actor(Role.VILLAGE)
    told = sql(select(Lead.id).where(visibility.only_reported(who))).partition(" WHERE ")[2]
    assert told == (
        f"length(leads.town_code) < 9 AND leads.owner_unit_id != '{who.unit_id}' AND"
        f" leads.transfer_receiver_id IS DISTINCT FROM '{who.unit_id}' AND NOT"
        " (EXISTS (SELECT * FROM lead_assists WHERE lead_assists.lead_id = leads.id AND"
        f" lead_assists.owner_unit_id = '{who.unit_id}'))"
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


#: In office, in a post that may be told, and there himself.
ABLE = (
    "EXISTS (SELECT post_holders.id FROM post_holders"
    " JOIN posts ON posts.id = post_holders.post_id JOIN users ON users.id = post_holders.user_id"
    " WHERE post_holders.user_id = {user} AND post_holders.until IS NULL AND posts.is_active"
    " AND posts.role IN ({roles}) AND users.is_active)"
)
NAMED = (
    "EXISTS (SELECT restricted_members.user_id FROM restricted_members"
    " WHERE restricted_members.file_id = restricted_files.id AND {more})"
)


def able(user: str) -> str:
    roles = ", ".join(f"'{role.value}'" for role in MEMBER_ROLES)
    return ABLE.format(user=user, roles=roles)


def test_who_is_able_to_keep_a_file() -> None:
    told = {role.value for role in MEMBER_ROLES}
    assert told == {"leader", "supervisor", "county", "office", "police"}
    user = uuid4()
    assert sql(restricted_rows.holds(user)) == able(f"'{user}'")


@pytest.mark.parametrize("role", Role)
def test_who_knows_of_a_file(role: Role) -> None:
    """By name everybody; by the post alone whoever sits where the first keeper sat, over that town,
    once nobody who is named is left in office."""
    who = actor(role)
    told = sql(select(RestrictedFile.id).where(restricted_rows.visible(who))).partition("WHERE ")[2]
    named = NAMED.format(more=f"restricted_members.user_id = '{who.id}'")
    if role not in {Role.COUNTY, Role.SUPERVISOR}:
        assert told == named
        return
    left = NAMED.format(more=f"({able('restricted_members.user_id')})")
    assert told == (
        f"({named}) OR restricted_files.addressee IN ('{role.value}')"
        f" AND left(restricted_files.town_code, 9) = '341522118' AND NOT ({left})"
    )


def test_the_rows_of_a_case_are_seen_with_it_in_every_list() -> None:
    """The same for lists, which fill in who asks: by the unit or the post, or the whole town."""

    def text(predicate) -> str:
        return " ".join(str(predicate.compile(dialect=postgresql.dialect())).split())

    seen = (
        "{column} IN (SELECT record_access.record_id FROM record_access WHERE"
        " record_access.viewer_id = %(viewer)s::UUID AND record_access.resource = 'case')"
    )
    rows = {scope: text(each) for scope, each in case_rows.scopes(Victim.case_id).items()}
    of_case = seen.format(column="victims.case_id")
    assert rows == dict.fromkeys((RowScope.UNIT, RowScope.COUNTY, RowScope.POST), of_case)
    books = {scope: text(each) for scope, each in case_rows.book_scopes(Transfer.book_id).items()}
    of_book = seen.format(column="transfers.book_id")
    town = "(SELECT cases.id FROM cases WHERE cases.town_code = %(town)s::VARCHAR)"
    assert books == {
        RowScope.UNIT: of_book,
        RowScope.COUNTY: of_book,
        RowScope.POST: of_book,
        RowScope.TOWN: f"transfers.book_id IN {town}",
    }


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

    def test_what_decides_is_read_with_the_link(self) -> None:
        names = links.deciding("case", Case.id, Case.town_code)
        assert (names[0], sql(names[1]), names[2]) == ("town", "cases.town_code", "granted")
        told = str(select(Case.id).where(names[3]).compile(dialect=postgresql.dialect()))
        assert " ".join(told.partition("WHERE ")[2].split()) == (
            "EXISTS (SELECT 1 FROM record_access WHERE record_access.viewer_id = %(viewer)s::UUID"
            " AND record_access.resource = 'case' AND record_access.record_id = cases.id)"
        )

    def test_one_hidden_end_hides_no_other(self) -> None:
        rows = [
            {"id": n, "town": "341522118" if n % 2 else "341522119", "granted": False}
            for n in range(4)
        ]
        kept = links.keep(actor(Role.OFFICE), Permission.CASE_READ, rows)
        assert [link["id"] for link in kept] == [1, 3]
