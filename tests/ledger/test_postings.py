"""The posting service: random operations, two clerks at once, refusals in Chinese."""

import asyncio
from collections import defaultdict
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.core.base.ids import uuid7
from api.core.database.db import Database
from api.domain.kit.actors import Actor
from api.domain.kit.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    RuleViolated,
)
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.recovery.ledger import (
    GONE,
    LEAVING,
    MAY_GO_NEGATIVE,
    MOVES,
    POSTING_RULES,
    AccountKind,
    Measure,
    is_manual,
    may_move,
    measures,
)
from api.services.recovery import ledger
from api.services.recovery.ledger import Draft

K = AccountKind


def draft(credit: AccountKind, debit: AccountKind, amount: int, **over: object) -> Draft:
    """`amount` from `credit` to `debit`."""
    return Draft(debit, credit, amount, reason="测试", document="文1", **over)  # type: ignore[arg-type]


async def do(database: Database, book: UUID, *drafts: Draft) -> list[UUID]:
    async with database.session() as session, session.begin():
        return await ledger.post_many(session, None, book, drafts)


async def undo(database: Database, book: UUID, transfer: UUID) -> UUID:
    async with database.session() as session, session.begin():
        return await ledger.void(session, None, book, transfer, reason="记错", document="更正1")


async def state(database: Database, book: UUID) -> dict[AccountKind, int]:
    async with database.session() as session:
        return {s.kind: s.balance for s in await ledger.balances(session, book)}


async def faults(database: Database, book: UUID) -> list[str]:
    """What an auditor would find: recomputed from the legs, without looking at any balance."""
    async with database.session() as session:
        rows = (
            await session.execute(
                text(
                    "SELECT account_id, may_go_negative, seq, balance,"
                    " CASE side WHEN 'debit' THEN amount ELSE -amount END AS signed"
                    " FROM postings WHERE book_id = :book ORDER BY account_id, seq"
                ),
                {"book": book},
            )
        ).all()
    found, running, expected = [], defaultdict[UUID, int](int), defaultdict[UUID, int](int)
    for row in rows:
        running[row.account_id] += row.signed
        expected[row.account_id] += 1
        if row.seq != expected[row.account_id]:
            found.append("gap")
        if row.balance != running[row.account_id]:
            found.append("balance")
        if row.balance < 0 and not row.may_go_negative:
            found.append("overdraft")
    if sum(running.values()):
        found.append("sum")
    return found


class TestPost:
    async def test_the_way_of_the_money(self, database: Database) -> None:
        book = uuid7()
        await do(
            database,
            book,
            draft(K.TRACED_SOURCE, K.TRACED, 1000),
            draft(K.TRACED, K.RESTRAINED, 800),
            draft(K.RESTRAINED, K.REALISED, 300),
            draft(K.VALUATION, K.REALISED, 20),
            draft(K.REALISED, K.IN_CUSTODY, 320),
            draft(K.SURRENDER_SOURCE, K.IN_CUSTODY, 50),
            draft(K.IN_CUSTODY, K.PAYABLE, 200),
            draft(K.IN_CUSTODY, K.SET_ASIDE, 100),
            draft(K.PAYABLE, K.PAID_PENDING, 200),
            draft(K.PAID_PENDING, K.RETURNED, 150),
        )
        async with database.session() as session:
            standings = await ledger.balances(session, book)
        assert sum(s.balance for s in standings) == 0
        assert measures(standings) == {
            Measure.TRACED: 1050,
            Measure.RESTRAINED: 500,
            Measure.REALISED: 320,
            Measure.IN_CUSTODY: 70 + 50 + 100,
            Measure.RETURNED: 150,
        }
        assert await faults(database, book) == []

    async def test_overdraft_is_said_in_yuan_and_writes_nothing(self, database: Database) -> None:
        book = uuid7()
        await do(database, book, draft(K.SURRENDER_SOURCE, K.IN_CUSTODY, 100))
        with pytest.raises(Conflict) as refused:
            await do(
                database,
                book,
                draft(K.IN_CUSTODY, K.PAYABLE, 60),
                draft(K.IN_CUSTODY, K.PAYABLE, 60),
            )
        assert refused.value.code == "insufficient_balance"
        assert refused.value.detail == "归集专户余额不足：现有0.40元，需要0.60元"
        assert (await state(database, book))[K.IN_CUSTODY] == 100

    async def test_a_way_that_does_not_exist(self, database: Database) -> None:
        with pytest.raises(RuleViolated):
            await do(database, uuid7(), draft(K.TRACED_SOURCE, K.RETURNED, 1))

    async def test_needs_amount_reason_and_document(self, database: Database) -> None:
        way = (K.TRACED, K.TRACED_SOURCE)
        for wrong in (
            Draft(*way, 0, "因", "文"),
            Draft(*way, 1, " ", "文"),
            Draft(*way, 1, "因", ""),
        ):
            with pytest.raises(Invalid):
                await do(database, uuid7(), wrong)

    async def test_the_same_key_again_changes_nothing(self, database: Database) -> None:
        book, key = uuid7(), uuid4()
        first = draft(K.TRACED_SOURCE, K.TRACED, 5, request_id=key)
        (made,) = await do(database, book, first)
        assert await do(database, book, first) == [made]
        assert made != key
        assert (await state(database, book))[K.TRACED] == 5
        with pytest.raises(Conflict, match="已用于另一笔"):
            await do(database, book, draft(K.TRACED_SOURCE, K.TRACED, 6, request_id=key))
        # another book's key is another key
        assert await do(database, uuid7(), first) != [made]

    async def test_hands_stay_off_the_pay_out(self, database: Database) -> None:
        finance = who(Role.FINANCE)
        async with database.session() as session, session.begin():
            for way in ((K.IN_CUSTODY, K.PAYABLE), (K.LEAVING_CUSTODY, K.TREASURY)):
                with pytest.raises(RuleViolated):
                    await ledger.post_by_hand(session, finance, uuid7(), draft(*way, 1))
            made = draft(K.TRACED_SOURCE, K.TRACED, 1)
            await ledger.post_by_hand(session, finance, uuid7(), made)


def who(role: Role) -> Actor:
    """Somebody of a post."""
    return Actor(
        kind="user", id=uuid7(), name="某某", role=role, post_id=uuid7(), unit_id=uuid7(),
        division_code="341522118", session_id=uuid7(),
    )  # fmt: skip


class TestWhoMay:
    """The whole table, over every way there could be."""

    @pytest.mark.parametrize("way", list(POSTING_RULES), ids=str)
    def test_every_rule_names_who_and_with_whom(self, way: tuple) -> None:
        (source, target), rule = way, POSTING_RULES[way]
        bookkeepers = {r for r in Role if Permission.LEDGER_POST in ROLE_PERMISSIONS[r]}
        assert rule.by
        assert rule.by | rule.confirmed_by <= bookkeepers
        assert rule.needs_victim is (target is K.RETURNED)
        if rule.via is None:
            assert is_manual(source, target)
            assert not rule.confirmed_by
            assert target not in GONE
        else:
            assert may_move(source, rule.via)
            assert may_move(rule.via, target)
            assert rule.confirmed_by
            assert target in GONE

    def test_whatever_is_gone_needs_two(self) -> None:
        assert {source for source in MOVES if MOVES[source] & GONE} == LEAVING | {K.PAID_PENDING}

    def test_every_way_open_to_hands_is_in_the_table(self) -> None:
        open_ways = {(s, t) for s, t in WAYS if is_manual(s, t)}
        via = {(s, rule.via) for (s, _), rule in POSTING_RULES.items() if rule.via}
        assert open_ways == {way for way, r in POSTING_RULES.items() if not r.via} | via

    @pytest.mark.parametrize("way", list(POSTING_RULES), ids=str)
    async def test_nobody_else_posts_it(self, database: Database, way: tuple) -> None:
        rule = POSTING_RULES[way]
        for role in Role:
            async with database.session() as session, session.begin():
                if role in rule.by:
                    continue
                with pytest.raises(Forbidden) as refused:
                    await ledger.post_by_hand(session, who(role), uuid7(), draft(*way, 1))
                assert refused.value.code == "posting_not_yours"


class TestVoid:
    async def test_once_and_never_a_reversal(self, database: Database) -> None:
        book = uuid7()
        (done,) = await do(database, book, draft(K.TRACED_SOURCE, K.TRACED, 5))
        back = await undo(database, book, done)
        assert (await state(database, book))[K.TRACED] == 0
        with pytest.raises(Conflict) as again:
            await undo(database, book, done)
        assert again.value.code == "already_voided"
        with pytest.raises(Conflict) as of_reversal:
            await undo(database, book, back)
        assert of_reversal.value.code == "already_a_reversal"

    async def test_a_reversed_entry_leaves_the_inflow(self, database: Database) -> None:
        book = uuid7()
        done = await do(
            database,
            book,
            draft(K.TRACED_SOURCE, K.RESTRAINED, 500),
            draft(K.RESTRAINED, K.REALISED, 300),
            draft(K.RESTRAINED, K.REALISED, 30),
        )
        await undo(database, book, done[2])
        async with database.session() as session:
            assert measures(await ledger.balances(session, book))[Measure.REALISED] == 300

    async def test_money_already_gone_cannot_be_taken_back(self, database: Database) -> None:
        book = uuid7()
        done = await do(
            database,
            book,
            draft(K.TRACED_SOURCE, K.TRACED, 5),
            draft(K.TRACED, K.RESTRAINED, 5),
        )
        with pytest.raises(Conflict, match="余额不足"):
            await undo(database, book, done[0])

    async def test_not_in_another_book_and_not_the_pay_out(self, database: Database) -> None:
        book = uuid7()
        done = await do(
            database,
            book,
            draft(K.SURRENDER_SOURCE, K.IN_CUSTODY, 5),
            draft(K.IN_CUSTODY, K.PAYABLE, 5),
        )
        with pytest.raises(NotFound):
            await undo(database, uuid7(), done[0])
        with pytest.raises(RuleViolated):
            await undo(database, book, done[1])


class TestTogether:
    """Eight clerks at once on the same pots."""

    async def test_no_posting_is_lost_and_no_pot_overdrawn(self, database: Database) -> None:
        book = uuid7()
        await do(database, book, draft(K.SURRENDER_SOURCE, K.IN_CUSTODY, 100))

        async def clerk(number: int) -> int:
            done = 0
            for turn in range(6):
                way = (
                    draft(K.IN_CUSTODY, K.SET_ASIDE, 7),
                    draft(K.SURRENDER_SOURCE, K.IN_CUSTODY, 2),
                    draft(K.TRACED_SOURCE, K.RESTRAINED, 3),
                )[(number + turn) % 3]
                try:
                    await do(database, book, way)
                    done += 1
                except Conflict:
                    pass
            return done

        counts = await asyncio.gather(*(clerk(n) for n in range(8)))
        assert await faults(database, book) == []
        async with database.session() as session:
            written = await session.scalar(
                text("SELECT count(*) FROM transfers WHERE book_id = :b"), {"b": book}
            )
        assert written == sum(counts) + 1

    async def test_two_who_open_the_same_book(self, database: Database) -> None:
        book = uuid7()
        await asyncio.gather(
            *(do(database, book, draft(K.TRACED_SOURCE, K.TRACED, 1)) for _ in range(6))
        )
        assert (await state(database, book))[K.TRACED] == 6

    async def test_two_who_void_the_same_entry(self, database: Database) -> None:
        book = uuid7()
        (done,) = await do(database, book, draft(K.TRACED_SOURCE, K.TRACED, 5))
        results = await asyncio.gather(
            *(undo(database, book, done) for _ in range(3)), return_exceptions=True
        )
        assert sum(isinstance(r, UUID) for r in results) == 1
        assert sum(isinstance(r, Conflict) for r in results) == 2


WAYS = [(source, target) for source, targets in MOVES.items() for target in sorted(targets)]
operations = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.sampled_from(WAYS), st.integers(1, 30)),
        st.tuples(st.just("void"), st.just((K.TRACED, K.TRACED)), st.integers(0, 40)),
    ),
    max_size=25,
)


class TestRandomOperations:
    """Whatever is asked for: the sum stays zero, no pot below zero, every chain whole."""

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(operations)
    async def test_against_a_model(
        self, database: Database, ops: list[tuple[str, tuple[AccountKind, AccountKind], int]]
    ) -> None:
        book, model = uuid7(), dict.fromkeys(AccountKind, 0)
        posted: list[tuple[UUID, AccountKind, AccountKind, int]] = []
        await do(database, book, draft(K.TRACED_SOURCE, K.RESTRAINED, 50))
        model[K.TRACED_SOURCE], model[K.RESTRAINED] = -50, 50
        voided: set[UUID] = set()
        for verb, way, size in ops:
            (source, target), number = way, size
            try:
                if verb == "post":
                    (id_,) = await do(database, book, draft(source, target, number))
                    posted.append((id_, source, target, number))
                elif posted:
                    id_, source, target, number = posted[number % len(posted)]
                    await undo(database, book, id_)
                    assert id_ not in voided
                    voided.add(id_)
                    source, target = target, source
                else:
                    continue
            except DomainError:
                continue
            else:
                model[source] -= number
                model[target] += number
        assert await state(database, book) == model
        assert sum(model.values()) == 0
        assert all(v >= 0 for k, v in model.items() if k not in MAY_GO_NEGATIVE)
        assert await faults(database, book) == []


async def test_the_database_and_the_law_book_name_the_same_kinds(database: Database) -> None:
    async with database.session() as session:
        rows = (
            await session.execute(text("SELECT kind, may_go_negative FROM account_kinds"))
        ).all()
    assert {row.kind: row.may_go_negative for row in rows} == {
        kind.value: kind in MAY_GO_NEGATIVE for kind in AccountKind
    }


def test_every_pot_can_be_reached_and_the_ends_are_ends() -> None:
    reachable = set().union(*MOVES.values())
    assert set(AccountKind) - reachable == {K.TRACED_SOURCE, K.SURRENDER_SOURCE}
    assert {kind for kind in AccountKind if not MOVES[kind]} == {
        K.RETURNED,
        K.PRIORITY_PAID,
        K.TREASURY,
        K.RELEASED,
    }
    assert not any(is_manual(s, t) for s, t in WAYS if K.PAYABLE in (s, t))
