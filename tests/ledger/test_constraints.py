"""Every attack by raw SQL as the application's role; each must be refused by the database itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import pytest

from api.core.base.ids import uuid7

Connection = asyncpg.Connection
ForeignKey = asyncpg.ForeignKeyViolationError
Check = asyncpg.CheckViolationError
Unique = asyncpg.UniqueViolationError
NotNull = asyncpg.NotNullViolationError
Denied = asyncpg.InsufficientPrivilegeError

POSTING = (
    "INSERT INTO postings (transfer_id, side, book_id, amount, account_id, may_go_negative,"
    " seq, prev_seq, prev_balance, balance) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)"
)
TRANSFER = (
    "INSERT INTO transfers (id, book_id, amount, debit_account, credit_account, happened_at,"
    " reverses_id, debit_kind, credit_kind, reason, document)"
    " VALUES ($1,$2,$3,$4,$5,$6::text::timestamptz,$7,$8,$9,'测试','文1')"
)


@dataclass
class Book:
    """A book with a source and two pots, written by hand."""

    app: Connection
    id: UUID = field(default_factory=uuid7)
    source: UUID = field(default_factory=uuid7)
    traced: UUID = field(default_factory=uuid7)
    frozen: UUID = field(default_factory=uuid7)

    async def open(self) -> "Book":
        await self.account(self.source, "traced_source", True)
        await self.account(self.traced, "traced", False)
        await self.account(self.frozen, "restrained", False)
        return self

    async def account(self, id_: UUID, kind: str, negative: bool) -> None:
        await self.app.execute(
            "INSERT INTO accounts (id, book_id, kind, may_go_negative) VALUES ($1,$2,$3,$4)",
            id_,
            self.id,
            kind,
            negative,
        )

    async def transfer(
        self,
        amount: int,
        debit: UUID,
        credit: UUID,
        *,
        id_: UUID | None = None,
        reverses: UUID | None = None,
        happened: str = "2022-05-13T00:00:00+08:00",
    ) -> UUID:
        transfer_id = id_ or uuid7()
        await self.app.execute(
            TRANSFER, transfer_id, self.id, amount, debit, credit, happened, reverses,
            self.kind(debit), self.kind(credit),
        )  # fmt: skip
        return transfer_id

    def kind(self, account: UUID) -> str:
        """What kind of account it is; another book's are taken for traced pots."""
        kinds = {self.source: "traced_source", self.frozen: "restrained"}
        return kinds.get(account, "traced")

    async def leg(
        self,
        transfer_id: UUID,
        side: str,
        amount: int | None,
        account: UUID | None,
        chain: tuple[int | None, int | None, int | None, int | None],
        *,
        negative: bool | None = None,
        book: UUID | None = None,
    ) -> None:
        """`chain` is (seq, prev_seq, prev_balance, balance)."""
        sign = account == self.source if negative is None else negative
        await self.app.execute(
            POSTING, transfer_id, side, book or self.id, amount, account, sign, *chain
        )

    async def first(self, amount: int = 100) -> UUID:
        """A proper first transfer from the source into the traced pot."""
        async with self.app.transaction():
            done = await self.transfer(amount, self.traced, self.source)
            await self.leg(done, "debit", amount, self.traced, (1, None, 0, amount))
            await self.leg(done, "credit", amount, self.source, (1, None, 0, -amount))
        return done


@pytest.fixture
async def book(app: Connection) -> Book:
    return await Book(app).open()


@asynccontextmanager
async def refused(app: Connection, *errors: type[Exception], by: str = "") -> AsyncIterator[None]:
    """The block runs in one transaction, commit included, and must be refused as named."""
    with pytest.raises(errors) as caught:
        async with app.transaction():
            yield
    if by:
        assert by in str(caught.value)


class TestProper:
    """What must pass, so that the refusals below mean something."""

    async def test_a_chain_of_three(self, book: Book) -> None:
        await book.first(100)
        async with book.app.transaction():
            second = await book.transfer(40, book.frozen, book.traced)
            await book.leg(second, "credit", 40, book.traced, (2, 1, 100, 60))
            await book.leg(second, "debit", 40, book.frozen, (1, None, 0, 40))
        async with book.app.transaction():
            back = await book.transfer(40, book.traced, book.frozen, reverses=second)
            await book.leg(back, "credit", 40, book.frozen, (2, 1, 40, 0))
            await book.leg(back, "debit", 40, book.traced, (3, 2, 60, 100))
        total = await book.app.fetchval(
            "SELECT sum(CASE side WHEN 'debit' THEN amount ELSE -amount END) FROM postings"
            " WHERE book_id = $1",
            book.id,
        )
        assert total == 0


class TestLegs:
    """Two legs, of one amount, on the two accounts that the transfer names."""

    async def test_no_leg(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_transfers_debit_leg"):
            await book.transfer(5, book.traced, book.source)

    async def test_one_leg(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_transfers_credit_leg"):
            lame = await book.transfer(5, book.traced, book.source)
            await book.leg(lame, "debit", 5, book.traced, (1, None, 0, 5))

    async def test_a_third_leg(self, book: Book) -> None:
        done = await book.first(100)
        async with refused(book.app, Unique, by="pk_postings"):
            await book.leg(done, "debit", 100, book.frozen, (1, None, 0, 100))

    async def test_a_third_leg_on_an_invented_side(self, book: Book) -> None:
        done = await book.first(100)
        async with refused(book.app, Check, by="ck_postings_side"):
            await book.leg(done, "both", 100, book.source, (2, 1, -100, -200))

    async def test_both_legs_on_one_account(self, book: Book) -> None:
        async with refused(book.app, Check, by="ck_transfers_two_accounts"):
            await book.transfer(5, book.traced, book.traced)

    async def test_both_legs_on_one_account_behind_a_proper_transfer(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_transfers_credit_leg"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.traced, (1, None, 0, 5))
            await book.leg(done, "credit", 5, book.traced, (2, 1, 5, 0))

    async def test_legs_on_other_accounts_than_the_transfer_names(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_transfers_debit_leg"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.frozen, (1, None, 0, 5))
            await book.leg(done, "credit", 5, book.source, (1, None, 0, -5))

    async def test_two_amounts(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_postings_transfer"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 6, book.traced, (1, None, 0, 6))

    @pytest.mark.parametrize("amount", [0, -5])
    async def test_nothing_or_less(self, book: Book, amount: int) -> None:
        async with refused(book.app, Check, by="ck_transfers_amount"):
            await book.transfer(amount, book.traced, book.source)

    async def test_a_leg_without_a_transfer(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_postings_transfer"):
            await book.leg(uuid7(), "debit", 5, book.traced, (1, None, 0, 5))

    async def test_the_sides_cannot_be_renamed(self, book: Book) -> None:
        """Naming the debit side twice would let one leg serve for both: no right to the column."""
        async with refused(book.app, Denied):
            await book.app.execute(
                "INSERT INTO transfers (id, book_id, amount, debit_account, credit_account,"
                " credit_side, happened_at, reason, document)"
                " VALUES ($1,$2,5,$3,$4,'debit',now(),'','')",
                uuid7(),
                book.id,
                book.traced,
                book.source,
            )


class TestBalances:
    """Overdrafts and invented balances."""

    async def test_overdraft(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, Check, by="ck_postings_no_overdraft"):
            done = await book.transfer(101, book.frozen, book.traced)
            await book.leg(done, "credit", 101, book.traced, (2, 1, 100, -1))

    async def test_a_pot_declared_a_source_in_its_posting(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, ForeignKey, by="fk_postings_account"):
            done = await book.transfer(101, book.frozen, book.traced)
            await book.leg(done, "credit", 101, book.traced, (2, 1, 100, -1), negative=True)

    async def test_an_account_declared_overdrawable_against_its_kind(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_accounts_kind"):
            await book.account(uuid7(), "in_custody", True)

    async def test_an_invented_kind(self, book: Book) -> None:
        async with refused(book.app, ForeignKey, by="fk_accounts_kind"):
            await book.account(uuid7(), "slush_fund", True)
        async with refused(book.app, Denied):
            await book.app.execute("INSERT INTO account_kinds VALUES ('slush_fund', true)")

    async def test_a_second_pot_of_one_kind(self, book: Book) -> None:
        async with refused(book.app, Unique, by="uq_accounts_book_kind"):
            await book.account(uuid7(), "traced", False)

    async def test_a_claimed_larger_balance(self, book: Book) -> None:
        async with refused(book.app, Check, by="ck_postings_balance"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.traced, (1, None, 0, 500))

    async def test_a_claimed_larger_balance_before(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, ForeignKey, by="fk_postings_previous"):
            done = await book.transfer(400, book.frozen, book.traced)
            await book.leg(done, "credit", 400, book.traced, (2, 1, 500, 100))

    async def test_a_second_chain_start_with_an_invented_balance(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, Check, by="ck_postings_chain"):
            done = await book.transfer(5, book.frozen, book.traced)
            await book.leg(done, "credit", 5, book.traced, (2, None, 900, 895))

    async def test_a_second_chain_start(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, Unique, by="uq_postings_seq"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.traced, (1, None, 0, 5))


class TestChain:
    """Gaps, forks, cycles, self-references."""

    async def test_a_gap(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, Check, by="ck_postings_chain"):
            done = await book.transfer(5, book.frozen, book.traced)
            await book.leg(done, "credit", 5, book.traced, (3, 1, 100, 95))

    async def test_a_predecessor_that_is_not_there(self, book: Book) -> None:
        await book.first(100)
        async with refused(book.app, ForeignKey, by="fk_postings_previous"):
            done = await book.transfer(5, book.frozen, book.traced)
            await book.leg(done, "credit", 5, book.traced, (8, 7, 100, 95))

    async def test_a_fork(self, book: Book) -> None:
        await book.first(100)
        async with book.app.transaction():
            done = await book.transfer(40, book.frozen, book.traced)
            await book.leg(done, "credit", 40, book.traced, (2, 1, 100, 60))
            await book.leg(done, "debit", 40, book.frozen, (1, None, 0, 40))
        async with refused(book.app, Unique, by="uq_postings_seq"):
            twin = await book.transfer(40, book.frozen, book.traced)
            await book.leg(twin, "credit", 40, book.traced, (2, 1, 100, 60))

    async def test_a_posting_that_is_its_own_predecessor(self, book: Book) -> None:
        async with refused(book.app, Check, by="ck_postings_chain"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.traced, (2, 2, 100, 105))

    async def test_a_cycle_of_two(self, book: Book) -> None:
        """seq = prev_seq + 1 both ways round has no solution; the start below 1 has no start."""
        async with refused(book.app, ForeignKey, by="fk_postings_previous"):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.traced, (0, -1, 100, 105))

    @pytest.mark.parametrize("position", [0, 2, 3])
    async def test_nulls_in_the_chain(self, book: Book, position: int) -> None:
        chain: list[int | None] = [1, None, 0, 5]
        chain[position] = None
        async with refused(book.app, NotNull, Check):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, book.traced, tuple(chain))  # type: ignore[arg-type]

    async def test_nulls_in_the_keys(self, book: Book) -> None:
        async with refused(book.app, NotNull):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", None, book.traced, (1, None, 0, 5))
        async with refused(book.app, NotNull):
            done = await book.transfer(5, book.traced, book.source)
            await book.leg(done, "debit", 5, None, (1, None, 0, 5))
        async with refused(book.app, NotNull):
            await book.app.execute(
                TRANSFER, uuid7(), book.id, 5, book.traced, None, "2022-05-13", None,
                "traced", "traced_source",
            )  # fmt: skip


class TestBooks:
    """Money does not cross from one book into another."""

    async def test_a_leg_on_an_account_of_another_book(self, book: Book) -> None:
        other = await Book(book.app).open()
        async with refused(book.app, ForeignKey, by="fk_postings_account"):
            done = await book.transfer(5, other.traced, book.source)
            await book.leg(done, "debit", 5, other.traced, (1, None, 0, 5))

    async def test_a_leg_that_names_the_other_book(self, book: Book) -> None:
        other = await Book(book.app).open()
        async with refused(book.app, ForeignKey, by="fk_postings_transfer"):
            done = await book.transfer(5, other.traced, book.source)
            await book.leg(done, "debit", 5, other.traced, (1, None, 0, 5), book=other.id)


class TestTime:
    """When it happened is said; when it was recorded is not for the application to say."""

    async def test_backdated_recording(self, book: Book) -> None:
        async with refused(book.app, Denied):
            await book.app.execute(
                "INSERT INTO transfers (id, book_id, amount, debit_account, credit_account,"
                " debit_kind, credit_kind, happened_at, recorded_at, reason, document)"
                " VALUES ($1,$2,5,$3,$4,'traced','traced_source',now(),'2020-01-01','','')",
                uuid7(),
                book.id,
                book.traced,
                book.source,
            )

    @pytest.mark.parametrize(
        "when",
        [
            "infinity",
            "-infinity",
            "1949-09-30T23:59:59+08:00",
            "1900-01-01",
            "2201-01-01T00:00:00Z",
        ],
    )
    async def test_infinite_times(self, book: Book, when: str) -> None:
        async with refused(book.app, Check, by="ck_transfers_happened_at"):
            await book.transfer(5, book.traced, book.source, happened=when)


class TestReversals:
    """Once, whole, the other way round, and later than what they reverse."""

    async def reverse(self, book: Book, original: UUID, amount: int = 100) -> UUID:
        async with book.app.transaction():
            back = await book.transfer(amount, book.source, book.traced, reverses=original)
            await book.leg(back, "credit", amount, book.traced, (2, 1, 100, 100 - amount))
            await book.leg(back, "debit", amount, book.source, (2, 1, -100, amount - 100))
        return back

    async def test_a_second_reversal(self, book: Book) -> None:
        original = await book.first(100)
        await self.reverse(book, original)
        async with refused(book.app, Unique, by="uq_transfers_reverses_id"):
            await book.transfer(100, book.source, book.traced, reverses=original)

    async def test_of_another_amount(self, book: Book) -> None:
        original = await book.first(100)
        async with refused(book.app, ForeignKey, by="fk_transfers_reverses"):
            await book.transfer(99, book.source, book.traced, reverses=original)

    async def test_the_same_way_round(self, book: Book) -> None:
        original = await book.first(100)
        async with refused(book.app, ForeignKey, by="fk_transfers_reverses"):
            await book.transfer(100, book.traced, book.source, reverses=original)

    async def test_of_itself(self, book: Book) -> None:
        me = uuid7()
        async with refused(book.app, ForeignKey, by="fk_transfers_reverses"):
            await book.transfer(100, book.source, book.traced, id_=me, reverses=me)

    async def test_of_a_reversal(self, book: Book) -> None:
        """So that reversals cannot go round in a circle, whatever their ids say of time."""
        original = await book.first(100)
        back = await self.reverse(book, original)
        async with refused(book.app, ForeignKey, by="fk_transfers_reverses_entry"):
            await book.transfer(100, book.traced, book.source, reverses=back)

    async def test_an_entry_from_the_future_can_be_reversed(self, book: Book) -> None:
        """A client once gave it an id of the year 2199."""
        late = UUID(int=(0x0697_0000_0000 << 80) | 0x7 << 76 | 0x2 << 62 | uuid7().int % (1 << 60))
        async with book.app.transaction():
            await book.transfer(100, book.traced, book.source, id_=late)
            await book.leg(late, "debit", 100, book.traced, (1, None, 0, 100))
            await book.leg(late, "credit", 100, book.source, (1, None, 0, -100))
        back = await self.reverse(book, late)
        assert back < late

    async def test_of_a_transfer_in_another_book(self, book: Book) -> None:
        other = await Book(book.app).open()
        original = await other.first(100)
        async with refused(book.app, ForeignKey, by="fk_transfers_reverses"):
            await book.transfer(100, book.source, book.traced, reverses=original)


class TestSecondPerson:
    """What is gone was let go by two people, for the target that the first one named."""

    COLUMNS = (
        "INSERT INTO transfers (id, book_id, amount, debit_account, credit_account, debit_kind,"
        " credit_kind, happened_at, reason, document, posted_by_id, target, victim_id, confirms_id,"
        " confirms_posted_by_id) VALUES"
        " ($1,$2,5,$3,$4,$5,$6,now(),'测试','文1',$7,$8,$9,$10,$11)"
    )

    async def pots(self, book: Book) -> dict[str, UUID]:
        made = {"restrained": book.frozen}
        for kind in ("leaving_restrained", "returned", "released"):
            made[kind] = uuid7()
            await book.account(made[kind], kind, False)
        return made

    async def write(
        self, book: Book, pots: dict[str, UUID], credit: str, debit: str, **told: object
    ) -> UUID:
        id_ = uuid7()
        names = ("by", "target", "victim", "confirms", "confirms_by")
        await book.app.execute(
            self.COLUMNS, id_, book.id, pots[debit], pots[credit],
            told.get("debit_kind", debit), credit, *(told.get(name) for name in names),
        )  # fmt: skip
        return id_

    async def test_nobody_alone(self, book: Book) -> None:
        pots = await self.pots(book)
        async with refused(book.app, Check, by="ck_transfers_second_person"):
            await self.write(book, pots, "restrained", "released", by=uuid7())

    async def test_not_under_another_kinds_name(self, book: Book) -> None:
        pots = await self.pots(book)
        async with refused(book.app, ForeignKey, by="fk_transfers_debit_kind"):
            await self.write(book, pots, "restrained", "released", debit_kind="traced")

    async def test_not_by_the_same_person(self, book: Book) -> None:
        pots, who = await self.pots(book), uuid7()
        async with refused(book.app, Check, by="ck_transfers_two_people"):
            await self.write(
                book, pots, "leaving_restrained", "released",
                by=who, confirms=uuid7(), confirms_by=who,
            )  # fmt: skip

    async def test_not_without_a_first_person_or_target(self, book: Book) -> None:
        pots = await self.pots(book)
        async with refused(book.app, Check, by="ck_transfers_posted_by"):
            await self.write(book, pots, "restrained", "leaving_restrained", target="released")
        async with refused(book.app, Check, by="ck_transfers_target"):
            await self.write(book, pots, "restrained", "leaving_restrained", by=uuid7())

    async def test_no_return_to_nobody(self, book: Book) -> None:
        pots = await self.pots(book)
        async with refused(book.app, Check, by="ck_transfers_victim"):
            await self.write(
                book, pots, "restrained", "leaving_restrained", by=uuid7(), target="returned"
            )

    async def test_not_of_what_nobody_posted(self, book: Book) -> None:
        pots = await self.pots(book)
        async with refused(book.app, ForeignKey, by="fk_transfers_confirms"):
            await self.write(
                book, pots, "leaving_restrained", "released",
                by=uuid7(), confirms=uuid7(), confirms_by=uuid7(),
            )  # fmt: skip


class TestPrivileges:
    """What was written stays: no right to change, delete, empty or re-define."""

    @pytest.mark.parametrize(
        "statement",
        [
            f"{verb} {table}{rest}"
            for table in ("account_kinds", "accounts", "transfers", "postings")
            for verb, rest in (("DELETE FROM", ""), ("TRUNCATE", " CASCADE"))
        ]
        + [
            "UPDATE account_kinds SET may_go_negative = true",
            "UPDATE accounts SET may_go_negative = true",
            "UPDATE transfers SET amount = 1",
            "UPDATE transfers SET reason = ''",
            "UPDATE postings SET balance = 1",
            "ALTER TABLE postings DROP CONSTRAINT ck_postings_no_overdraft",
            "ALTER TABLE postings DISABLE TRIGGER ALL",
            "DROP TABLE postings",
            "SET session_replication_role = replica",
        ],
    )
    async def test_denied(self, book: Book, statement: str) -> None:
        await book.first(100)
        with pytest.raises(Denied):
            await book.app.execute(statement)

    async def test_no_deferred_check_can_be_skipped(self, book: Book) -> None:
        """SET CONSTRAINTS may only bring the check forward, never past the commit."""
        async with refused(book.app, ForeignKey, by="fk_transfers_debit_leg"):
            await book.app.execute("SET CONSTRAINTS ALL IMMEDIATE")
            await book.transfer(5, book.traced, book.source)
