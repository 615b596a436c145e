"""What measures order and what the book holds: two totals whose difference is named to the end."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from api.core.base.clock import today
from api.core.database.migrations import connect
from tests.money import done, made, make_case, make_item, make_victim, measure, post_entry


@pytest.fixture
def case_id(running):
    return make_case(running)


def frozen(client, case_id: str, amount: str | None = "1000.00", **over) -> dict:
    item = make_item(client("police"), case_id)
    return made(
        client("police").post("/property-measures", json=measure(item, amount=amount, **over))
    )


def book(client, case_id: str, who: str = "police") -> dict:
    return done(client(who).get("/ledger/accounts", params={"book_id": case_id}))["restraint"]


def lines(client, case_id: str) -> dict[str, tuple[int, str]]:
    """By reason; each line opens as many rows as it says, and together they are the difference."""
    told = book(client, case_id)
    police = client("police")
    for line in told["lines"]:
        query = line["query"]
        rows = done(police.get(f"/{query['resource']}", params=query["params"]))["items"]
        assert len(rows) == line["count"], line
        if query["resource"] == "property-measures":
            assert {row["gap"] for row in rows} == {line["gap"]}
    total = sum((Decimal(line["amount"]) for line in told["lines"]), Decimal())
    assert total == Decimal(told["difference"])
    assert Decimal(told["ordered"]) - Decimal(told["booked"]) == total
    return {line["gap"]: (line["count"], line["amount"]) for line in told["lines"]}


def post(client, case_id: str, way: tuple[str, str], amount: str, who: str = "police", **over):
    return post_entry(client(who), case_id, *way, amount, **over)


IN, OUT = ("traced_source", "restrained"), ("restrained", "in_custody")


def refused(answer, status: int, code: str, pointer: str = "") -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    if pointer:
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


class TestTwoTotals:
    def test_what_is_ordered_and_not_booked(self, client, case_id):
        freeze = frozen(client, case_id)
        assert lines(client, case_id) == {"not_booked": (1, "1000.00")}
        made(post(client, case_id, IN, "400.00", measure_id=freeze["id"]))
        assert lines(client, case_id) == {"not_booked": (1, "600.00")}
        made(post(client, case_id, IN, "600.00", measure_id=freeze["id"]))
        assert lines(client, case_id) == {}
        shown = done(client("police").get(f"/property-measures/{freeze['id']}"))
        assert (shown["held"], shown["gap"]) == ("1000.00", None)

    def test_more_than_is_ordered_is_said(self, client, case_id):
        freeze = frozen(client, case_id)
        over = {"measure_id": freeze["id"]}
        refused(post(client, case_id, IN, "1000.01", **over), 422, "beyond_measure")
        entry = made(post(client, case_id, IN, "1000.01", beyond_measure=True, **over))
        assert entry["beyond_measure"] is True
        assert lines(client, case_id) == {"beyond": (1, "-0.01")}

    def test_a_freeze_without_an_amount(self, client, case_id):
        freeze = frozen(client, case_id, None)
        assert lines(client, case_id) == {}
        made(post(client, case_id, IN, "5.00", measure_id=freeze["id"]))
        assert lines(client, case_id) == {"no_amount": (1, "-5.00")}

    def test_what_ended_and_is_held_still(self, client, case_id):
        freeze, police = frozen(client, case_id), client("police")
        made(post(client, case_id, IN, "1000.00", measure_id=freeze["id"]))
        url = f"/property-measures/{freeze['id']}"
        said = {"release_reason": "transferred", "reason": "划转", "document_no": "解1号"}
        day = today().isoformat()
        ended = done(police.act(url, "release", freeze["version"], released_on=day, **said))
        assert (ended["held"], ended["gap"]) == ("1000.00", "ended")
        assert lines(client, case_id) == {"ended": (1, "-1000.00")}
        # what was held under it goes out under it, and nothing more
        refused(
            post(client, case_id, OUT, "1000.01", measure_id=freeze["id"]),
            409,
            "insufficient_balance",
        )
        made(post(client, case_id, OUT, "1000.00", who="finance", measure_id=freeze["id"]))
        assert lines(client, case_id) == {}

    def test_what_waits_to_leave_is_held_still(self, client, case_id):
        freeze = frozen(client, case_id)
        under = {"measure_id": freeze["id"]}
        victim = make_victim(client("office"), case_id)["id"]
        made(post(client, case_id, IN, "1000.00", **under))
        entry = made(
            post(client, case_id, ("restrained", "returned"), "300.00", victim_id=victim, **under)
        )
        assert lines(client, case_id) == {}
        refused(post(client, case_id, OUT, "701.00", **under), 409, "insufficient_balance")
        url = f"/ledger/entries/{entry['id']}"
        done(client("finance").act(url, "confirm", entry["version"], document_no="复核1号"))
        assert lines(client, case_id) == {"not_booked": (1, "300.00")}

    def test_one_thing_under_two_measures_is_held_once(self, client, case_id):
        item, police = make_item(client("police"), case_id), client("police")
        first = made(police.post("/property-measures", json=measure(item, amount="900.00")))
        made(police.post("/property-measures", json=measure(item, kind="seal", amount="700.00")))
        assert book(client, case_id)["ordered"] == "900.00"
        assert lines(client, case_id) == {"not_booked": (2, "900.00")}
        made(post(client, case_id, IN, "900.00", measure_id=first["id"]))
        assert lines(client, case_id) == {}

    def test_what_was_posted_before_there_was_a_measure(self, client, case_id):
        made(post(client, case_id, IN, "80.00"))
        freeze = frozen(client, case_id)
        assert lines(client, case_id) == {"not_booked": (1, "1000.00"), "unnamed": (1, "-80.00")}
        refused(post(client, case_id, IN, "1.00"), 422, "validation_failed", "/measure_id")
        made(post(client, case_id, IN, "20.00", measure_id=freeze["id"]))
        refused(post(client, case_id, OUT, "81.00"), 422, "validation_failed", "/measure_id")
        made(post(client, case_id, OUT, "80.00"))
        assert lines(client, case_id) == {"not_booked": (1, "980.00")}

    def test_a_reversal_stands_under_the_same_measure(self, client, case_id):
        freeze, police = frozen(client, case_id), client("police")
        entry = made(post(client, case_id, IN, "1000.00", measure_id=freeze["id"]))
        url = f"/ledger/entries/{entry['id']}"
        done(police.act(url, "void", entry["version"], reason="误记", document_no="更1号"))
        assert lines(client, case_id) == {"not_booked": (1, "1000.00")}
        asked = {"measure_id": freeze["id"]}
        both = done(police.get("/ledger/entries", params=asked))["items"]
        assert {each["status"] for each in both} == {"voided", "reversal"}

    def test_the_overview_adds_all_that_its_reader_sees(self, client, case_id):
        def told() -> dict:
            return done(client("police").get("/statistics/overview"))["money"]["restraint"]

        before = told()
        freeze = frozen(client, case_id)
        made(post(client, case_id, IN, "400.00", measure_id=freeze["id"]))
        after = told()
        grown = {
            k: Decimal(after[k]) - Decimal(before[k]) for k in ("ordered", "booked", "difference")
        }
        assert grown == {"ordered": 1000, "booked": 400, "difference": 600}
        assert sum(Decimal(line["amount"]) for line in after["lines"]) == Decimal(
            after["difference"]
        )
        # finance reads the book and no measures
        assert done(client("finance").get("/statistics/overview"))["money"]["restraint"] is None
        assert book(client, case_id, "finance")["measures"][0]["held"] == "400.00"


class TestWhichMeasure:
    def test_it_held_on_the_day_and_holds_anything(self, client, running, case_id):
        item, police = make_item(client("police"), case_id), client("police")
        asked = made(
            police.post(
                "/property-measures", json=measure(item, kind="query", amount=None, expires_on=None)
            )
        )
        refused(
            post(client, case_id, IN, "1.00", measure_id=asked["id"]),
            422,
            "validation_failed",
            "/measure_id",
        )
        freeze = frozen(client, case_id)
        early = (today() - timedelta(days=50)).isoformat() + "T10:00:00+08:00"
        over = {"measure_id": freeze["id"]}
        refused(
            post(client, case_id, IN, "1.00", happened_at=early, **over),
            422,
            "measure_not_in_force",
        )
        # on that day nothing was in force: there was nothing to name
        made(post(client, case_id, IN, "1.00", happened_at=early))
        other = frozen(client, make_case(running))
        refused(
            post(client, case_id, IN, "1.00", measure_id=other["id"]),
            422,
            "validation_failed",
            "/measure_id",
        )
        refused(
            post(client, case_id, ("traced_source", "traced"), "1.00", **over),
            422,
            "validation_failed",
            "/measure_id",
        )


BACK = {"way": "credit_account, debit_account", "kinds": "credit_kind, debit_kind"}
ON = {"way": "debit_account, credit_account", "kinds": "debit_kind, credit_kind"}


class TestByTheDatabase:
    """By raw SQL as the application's role, on entries that services made."""

    SAME = (
        "INSERT INTO transfers (id, book_id, amount, debit_account, credit_account, happened_at,"
        " debit_kind, credit_kind, reason, document, reverses_id, measure_id, beyond_measure)"
        " SELECT gen_random_uuid(), book_id, amount, {way}, now(), {kinds}, '测', '文', {more}"
        " FROM transfers WHERE id = $1"
    )

    def attack(self, running, statement: str, *values: object) -> str:
        async def run() -> str:
            connection = await connect(running.app_url)
            try:
                await connection.execute(statement, *values)
            except asyncpg.PostgresError as error:
                return str(error.constraint_name or error)
            finally:
                await connection.close()
            return ""

        return asyncio.run(run())

    def test_each_is_refused(self, client, running, case_id):
        freeze = frozen(client, case_id)
        entry = made(post(client, case_id, IN, "400.00", measure_id=freeze["id"]))["id"]
        traced = made(post(client, case_id, ("traced_source", "traced"), "1.00"))["id"]
        elsewhere = frozen(client, make_case(running))["id"]
        own = f"'{freeze['id']}'"
        for shape, of, more, by in (
            (ON, entry, f"NULL, '{elsewhere}', false", "fk_transfers_measure"),
            (ON, traced, f"NULL, {own}, false", "ck_transfers_measure"),
            (ON, entry, "NULL, NULL, true", "ck_transfers_beyond_measure"),
            (BACK, entry, "id, NULL, false", "fk_transfers_reverses_measure"),
        ):
            told = self.attack(running, self.SAME.format(**shape, more=more), of)
            assert told == by, (told, by)
        assert "permission" in self.attack(running, "UPDATE transfers SET measure_id = NULL")
