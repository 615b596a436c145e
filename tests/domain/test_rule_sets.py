"""The table of rule sets, walked whole: kinds, contents, flow, and what versions say otherwise."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.domain.across.rule_sets import (
    BUILTINS,
    OPEN,
    RULE_SET_FLOW,
    RULE_SETS,
    RuleKind,
    RuleOwner,
    RuleSetStatus,
    approvers,
    builtin_id,
    day_faults,
    owner_of,
)
from api.domain.kit.actors import Actor
from api.domain.kit.errors import DomainError
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.words.rule_content import EntryKind, differences, parsed, said, shown
from tests.domain.actors import UNIT, actor

P = Permission
TOWN, COUNTY = "341522118", "341522"
KINDS = list(RULE_SETS.values())


@dataclass
class Version:
    """A version to which nothing but its status can be objected."""

    status: RuleSetStatus
    kind: RuleKind = RuleKind.REWARDS
    owner_unit_id: UUID = UNIT
    town_code: str = TOWN
    author_ids: tuple[UUID, ...] = ()
    is_past: bool = False


def digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


#: A released version is never changed: what was decided by it must come out the same when it is run
#: again. Another default is the next number, and stands here beside it.
RELEASED = {
    (RuleKind.REWARDS, 1): "725cef843728e600",
}


def test_what_was_released_stays_as_it_was():
    found = {
        (kind.kind, each.number): digest(each.content) for kind in KINDS for each in kind.builtin
    }
    assert found == RELEASED


@pytest.mark.parametrize("kind", RuleKind)
def test_every_kind_has_its_row(kind):
    row = RULE_SETS[kind]
    assert row.about
    assert row.owners
    assert row.owners <= {RuleOwner.SHARED, RuleOwner.TOWN}
    assert [each.number for each in row.builtin] == list(range(1, len(row.builtin) + 1))
    for each in row.builtin:
        assert BUILTINS[each.id] == (row, each)
        assert each.id == builtin_id(kind, each.number)
        assert each.source
        sent = shown(row.entries, each.content)
        assert parsed(row.entries, json.loads(json.dumps(sent))) == (each.content, [])
        assert list(row.faults(each.content)) == []
        assert differences(row.entries, each.content, each.content) == []
    # somebody drafts it, and somebody else who may approves it, in every book that it may stand in
    for owner, roles in (
        (RuleOwner.TOWN, set(Role) - {Role.COUNTY}),
        (RuleOwner.SHARED, {Role.COUNTY}),
    ):
        if owner in row.owners:
            for general, own in (
                (P.RULE_SET_PREPARE, row.drafts),
                (P.RULE_SET_APPROVE, row.approves),
            ):
                assert [r for r in roles if {general, own} <= ROLE_PERMISSIONS[r]], (kind, owner)


def entries(row) -> list:
    return [*row.entries, *(each for entry in row.entries for each in entry.rows)]


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row.kind.value)
def test_every_entry_says_what_it_takes(row):
    for entry in entries(row):
        assert entry.label
        assert (entry.options is not None) is (entry.kind is EntryKind.CHOICES)
        assert bool(entry.key) is (entry.kind is EntryKind.ROWS)
        assert bool(entry.named) is (entry.kind is EntryKind.NAMED)
        assert bool(entry.rows) is bool(entry.key or entry.named)
        if entry.kind in {EntryKind.WORDS, EntryKind.ROWS, EntryKind.CHOICES, EntryKind.INTEGER}:
            assert entry.most > 0


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row.kind.value)
@pytest.mark.parametrize("wrong", [None, [], "x", 5, {"x": {}}, {"a/b": 1}])
def test_what_is_no_content_is_told(row, wrong):
    _, faults = parsed(row.entries, wrong)
    assert faults
    assert all(each.pointer.startswith("/content") and each.message for each in faults)


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row.kind.value)
def test_every_entry_refuses_what_it_is_not(row):
    """Each entry by itself, with what no kind of it takes."""
    good = shown(row.entries, row.builtin[0].content)
    for entry in row.entries:
        for bad in ({"a": 1}, 1.5, "\x00", [None], [{"x": 1}], None):
            _, faults = parsed(row.entries, {**good, entry.name: bad})
            assert faults, (entry.name, bad)
            assert all(f"/content/{entry.name}" in each.pointer for each in faults)
        rest = {name: value for name, value in good.items() if name != entry.name}
        _, faults = parsed(row.entries, rest)
        assert [(each.pointer, each.code) for each in faults] == [
            (f"/content/{entry.name}", "missing")
        ]


#: action → from → to, and the rights that it asks for.
PLAN = {
    "submit": ("draft", "submitted", P.RULE_SET_PREPARE),
    "approve": ("submitted", "approved", P.RULE_SET_APPROVE),
    "refuse": ("submitted", "draft", P.RULE_SET_APPROVE),
    "recall": ("submitted", "draft", P.RULE_SET_PREPARE),
    "withdraw": ("draft submitted", "withdrawn", P.RULE_SET_PREPARE),
    "edit": ("draft", None, P.RULE_SET_PREPARE),
}


def offered(who: Actor, record: Version) -> set[str]:
    return {each.action.value for each in RULE_SET_FLOW.available(who, record)}


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row.kind.value)
def test_every_cell_of_the_flow(row):
    rights: Mapping[Permission, Permission] = {
        P.RULE_SET_PREPARE: row.drafts,
        P.RULE_SET_APPROVE: row.approves,
    }
    for status, role in product(RuleSetStatus, Role):
        held = ROLE_PERMISSIONS[role]
        expected = {
            act
            for act, (origins, _, needs) in PLAN.items()
            if status.value in origins.split() and {needs, rights[needs]} <= held
        }
        who = actor(role)
        assert offered(who, Version(status, row.kind)) == expected, (status, role)
    for act, step in RULE_SET_FLOW.steps.items():
        assert (step.to.value if step.to else None) == PLAN[act.value][1]
    assert {status.value for status in OPEN} == {"draft", "submitted"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"author_ids": "self"}, "same_person"),
        ({"town_code": COUNTY}, "not_own_book"),
        ({"is_past": True}, "past_day"),
        # the unit that drafted it is another one: nothing to approve by
        ({"owner_unit_id": uuid4()}, None),
    ],
)
def test_a_second_person_of_the_book_approves_it(change, code):
    who = actor(Role.LEADER)
    over = {name: (who.id,) if value == "self" else value for name, value in change.items()}
    record = Version(RuleSetStatus.SUBMITTED, **over)
    assert ("approve" in offered(who, record)) is (code is None)
    if code is not None:
        with pytest.raises(DomainError) as refused:
            RULE_SET_FLOW.step(next(a for a in RULE_SET_FLOW.steps if a == "approve"), who, record)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("book", "owner", "by"),
    [("", "builtin", None), (COUNTY, "shared", "县专项办"), (TOWN, "town", "镇领导")],
)
def test_whose_book_a_version_stands_in_and_who_approves_it(book, owner, by):
    assert owner_of(book).value == owner
    if by is not None:
        assert approvers(Version(RuleSetStatus.SUBMITTED, town_code=book)) == by


@pytest.mark.parametrize(
    ("day", "latest", "code"),
    [(10, None, None), (9, None, "in_past"), (10, 10, None), (11, 12, "before_another"), (12, 12, None)],
)  # fmt: skip
def test_the_first_day_of_a_version(day, latest, code):
    faults = day_faults(date(2026, 12, day), date(2026, 12, 10), latest and date(2026, 12, latest))
    assert [each.code for each in faults] == ([code] if code else [])
    assert all(each.pointer == "/valid_from" for each in faults)


def test_differences_name_the_rule_the_field_and_both_values():
    row = RULE_SETS[RuleKind.REWARDS]
    before = row.builtin[0].content
    steps = [
        {"at_least": 0, "reward": 50_000},
        *before["steps"][2:],
        {"at_least": 5 * 10**9, "reward": 1},
    ]
    after = {**before, "steps": steps, "conclusions": ["illegal"], "floor": 5}
    told = [
        (each.rule, each.field, each.before, each.after)
        for each in differences(row.entries, before, after)
    ]
    assert told == [
        ("", "给予奖励的核查结论", "查实-涉嫌犯罪、查实-违法", "查实-违法"),
        ("涉案金额达到 0.00 元", "奖励", "1,000.00 元", "500.00 元"),
        ("涉案金额达到 100,000.00 元", "奖励", "2,000.00 元", "（没有）"),
        ("涉案金额达到 50,000,000.00 元", "奖励", "（没有）", "0.01 元"),
        ("", "最低奖励", "1,000.00 元", "0.05 元"),
    ]
    back = [(each.before, each.after) for each in differences(row.entries, after, before)]
    assert sorted(back) == sorted((new, old) for _, _, old, new in told)
    for entry in row.entries:
        if entry.kind is not EntryKind.ROWS:
            assert said(entry, before[entry.name])
