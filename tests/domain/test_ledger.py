"""The money's ways and who may post them, by a table read by hand; how the five figures are read off."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import product
from uuid import UUID, uuid4

import pytest

from api.domain.kit.actors import Actor
from api.domain.kit.errors import DomainError
from api.domain.kit.permissions import Role
from api.domain.recovery.ledger import (
    DISTRIBUTION_ONLY,
    EARLIEST,
    GONE,
    LEAVING,
    LEDGER_FLOW,
    MAY_GO_NEGATIVE,
    MEASURE_NOTES,
    MOVES,
    POSTING_RULES,
    AccountKind,
    Balance,
    EntryAction,
    EntryStatus,
    Measure,
    is_manual,
    may_move,
    measures,
    rule_of,
)

K = AccountKind
UNIT = uuid4()

#: Where money may go at all. Nothing leaves the last four.
WAYS = {
    "traced_source": "traced restrained",
    "surrender_source": "in_custody",
    "valuation": "traced restrained realised",
    "traced": "restrained in_custody valuation",
    "restrained": "traced realised in_custody leaving_restrained valuation",
    "leaving_restrained": "returned released",
    "realised": "in_custody valuation",
    "in_custody": "payable set_aside leaving_custody",
    "leaving_custody": "returned priority_paid treasury released",
    "payable": "paid_pending in_custody",
    "paid_pending": "returned payable",
    "set_aside": "payable leaving_custody",
    "returned": "",
    "priority_paid": "",
    "treasury": "",
    "released": "",
}
BOOKKEEPERS = "police office finance"
#: By hand: who posts it. With a pot: there it waits for another of the three bookkeepers. `+victim`:
#: it names whose money it was.
BY_HAND = {
    "traced_source traced": BOOKKEEPERS,
    "traced_source restrained": "police finance",
    "surrender_source in_custody": "police finance",
    "valuation traced": BOOKKEEPERS,
    "valuation restrained": "police finance",
    "valuation realised": "police finance",
    "traced restrained": "police finance",
    "traced in_custody": "police finance",
    "traced valuation": BOOKKEEPERS,
    "restrained traced": "police finance",
    "restrained realised": "police finance",
    "restrained in_custody": "police finance",
    "restrained valuation": "police finance",
    "realised in_custody": "police finance",
    "realised valuation": "police finance",
    "in_custody set_aside": "finance",
    "restrained returned": "police > leaving_restrained +victim",
    "restrained released": "police > leaving_restrained",
    "in_custody returned": "finance office > leaving_custody +victim",
    "in_custody priority_paid": "finance > leaving_custody",
    "in_custody treasury": "finance > leaving_custody",
    "in_custody released": "finance > leaving_custody",
    "set_aside treasury": "finance > leaving_custody",
}


def kinds(words: str) -> set[AccountKind]:
    return {AccountKind(word) for word in words.split()}


@pytest.mark.parametrize("source", AccountKind)
def test_every_way_that_exists(source: AccountKind) -> None:
    assert MOVES[source] == kinds(WAYS[source.value])
    for target in AccountKind:
        assert may_move(source, target) is (target in kinds(WAYS[source.value]))


def test_what_lies_outside_waits_and_is_gone() -> None:
    assert kinds("traced_source surrender_source valuation") == MAY_GO_NEGATIVE
    assert kinds("leaving_restrained leaving_custody") == LEAVING
    assert kinds("returned priority_paid treasury released") == GONE
    assert kinds("payable paid_pending") == DISTRIBUTION_ONLY
    assert datetime(1949, 10, 1, tzinfo=timezone(timedelta(hours=8))) == EARLIEST


def test_who_posts_each_way_where_it_waits_and_what_it_names() -> None:
    told = {}
    for (source, target), rule in POSTING_RULES.items():
        via = f" > {rule.via.value}" if rule.via else ""
        victim = " +victim" if rule.needs_victim else ""
        by = {role.value for role in rule.by}
        told[f"{source.value} {target.value}"] = (by, f"{via}{victim}")
        confirming = set(BOOKKEEPERS.split()) if rule.via else set()
        assert {role.value for role in rule.confirmed_by} == confirming
    wanted = {}
    for way, said in BY_HAND.items():
        by, arrow, rest = said.partition(" > ")
        wanted[way] = (set(by.split()), f"{arrow}{rest}")
    assert told == wanted


@pytest.mark.parametrize("source", AccountKind)
def test_hands_stay_off_refund_plans_and_off_what_is_gone(source: AccountKind) -> None:
    off = kinds("payable paid_pending returned priority_paid treasury released")
    for target in AccountKind:
        free = target in kinds(WAYS[source.value]) and source not in off and target not in off
        assert is_manual(source, target) is free


#: Which figure a yuan in each pot counts for.
COUNTED = {
    "restrained": "restrained",
    "leaving_restrained": "restrained",
    "in_custody": "in_custody",
    "leaving_custody": "in_custody",
    "payable": "in_custody",
    "paid_pending": "in_custody",
    "set_aside": "in_custody",
    "returned": "returned",
}


@pytest.mark.parametrize("kind", AccountKind)
def test_what_a_pot_counts_for(kind: AccountKind) -> None:
    found = measures([Balance(kind, balance=700, inflow=9_000)])
    expected = dict.fromkeys(Measure, 0)
    if kind in {K.TRACED_SOURCE, K.SURRENDER_SOURCE}:  # what came out of it was found
        expected[Measure.TRACED] = -700
    elif kind is K.REALISED:  # what was ever sold for, wherever it went
        expected[Measure.REALISED] = 9_000
    elif kind.value in COUNTED:
        expected[Measure(COUNTED[kind.value])] = 700
    assert found == expected


def test_figures_add_up_over_the_pots_and_an_empty_book_has_none() -> None:
    assert measures([]) == dict.fromkeys(Measure, 0)
    book = [
        Balance(K.TRACED_SOURCE, -1_000, 0),
        Balance(K.SURRENDER_SOURCE, -50, 0),
        Balance(K.VALUATION, 30, 30),
        Balance(K.RESTRAINED, 400, 900),
        Balance(K.LEAVING_RESTRAINED, 20, 20),
        Balance(K.REALISED, 5, 300),
        Balance(K.IN_CUSTODY, 200, 600),
        Balance(K.PAYABLE, 100, 100),
        Balance(K.RETURNED, 295, 295),
    ]
    assert sum(each.balance for each in book) == 0
    assert {measure.value: fen for measure, fen in measures(book).items()} == {
        "traced": 1_050,
        "restrained": 420,
        "realised": 300,
        "in_custody": 300,
        "returned": 295,
    }
    assert set(MEASURE_NOTES) == set(Measure)


@dataclass
class Entry:
    credit: AccountKind
    debit: AccountKind
    status: EntryStatus = EntryStatus.AWAITS
    posted_by_id: UUID | None = None
    owner_unit_id: UUID = UNIT


def actor(role: Role) -> Actor:
    return Actor("user", uuid4(), "某人", uuid4(), uuid4(), role, "341522118", uuid4())


def may(action: EntryAction, who: Actor, entry: Entry) -> str:
    try:
        LEDGER_FLOW.step(action, who, entry)
    except DomainError as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("way", "role"), list(product(sorted(BY_HAND), (Role.POLICE, Role.OFFICE, Role.FINANCE)))
)
def test_another_bookkeeper_confirms_and_who_may_take_back(way: str, role: Role) -> None:
    source, target = (AccountKind(word) for word in way.split())
    who = actor(role)
    waits = ">" in BY_HAND[way]
    entry = Entry(source, target, posted_by_id=uuid4())
    assert may(EntryAction.CONFIRM, who, entry) == ("" if waits else "not_confirmer")
    own = Entry(source, target, posted_by_id=who.id)
    assert may(EntryAction.CONFIRM, who, own) == ("own_entry" if waits else "not_confirmer")
    nobodys = Entry(source, target)
    assert may(EntryAction.CONFIRM, who, nobodys) == ("own_entry" if waits else "not_confirmer")
    posts = role.value in BY_HAND[way].partition(">")[0].split()
    for status in (EntryStatus.AWAITS, EntryStatus.POSTED):
        entry.status = status
        expected = "" if posts or waits else "not_bookkeeper"
        assert may(EntryAction.VOID, who, entry) == expected


@pytest.mark.parametrize("status", EntryStatus)
def test_what_can_be_done_with_an_entry(status: EntryStatus) -> None:
    who = actor(Role.FINANCE)
    entry = Entry(K.IN_CUSTODY, K.TREASURY, status, posted_by_id=uuid4())
    offered = {each.action.value for each in LEDGER_FLOW.available(who, entry)}
    expected = {"awaits": {"confirm", "void"}, "posted": {"void"}}
    assert offered == expected.get(status.value, set())
    assert LEDGER_FLOW.steps[EntryAction.CONFIRM].to is EntryStatus.POSTED
    assert LEDGER_FLOW.steps[EntryAction.VOID].to is EntryStatus.VOIDED


@pytest.mark.parametrize("role", Role)
def test_nobody_but_the_bookkeepers_touches_an_entry(role: Role) -> None:
    entry = Entry(K.TRACED_SOURCE, K.TRACED, EntryStatus.POSTED, posted_by_id=uuid4())
    offered = LEDGER_FLOW.available(actor(role), entry)
    assert bool(offered) is (role.value in BOOKKEEPERS.split())


def test_an_entry_of_a_refund_plan_has_no_rule_of_hands() -> None:
    entry = Entry(K.IN_CUSTODY, K.PAYABLE, EntryStatus.POSTED, posted_by_id=uuid4())
    assert rule_of(entry) is None
    assert may(EntryAction.VOID, actor(Role.OFFICE), entry) == ""
    entry.status = EntryStatus.AWAITS
    assert may(EntryAction.CONFIRM, actor(Role.OFFICE), entry) == "not_confirmer"
