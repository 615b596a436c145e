"""Kept counts of leads are exact at every moment, whoever writes when, and whenever they are kept."""

import asyncio
from datetime import date, timedelta
from random import Random

import asyncpg
import pytest

from api.core.base.clock import today
from api.core.database import migrations
from tests import ledgers
from tests.conftest import own_town
from tests.factories import assign, conclude, make_lead
from tests.figures import overview, value
from tests.jobs import run_job
from tests.kept import assert_kept_is_exact
from tests.leads import merge
from tests.money import done
from tests.money import made as made_of

running, client = own_town()
pytestmark = pytest.mark.days

DAY = timedelta(days=1)
KEEP = "lead_counts.keep"
CHANNELS = ("report_phone", "visit", "letter")
VILLAGES = ("341522118", "341522118201", "341522118201001", "341522118202")


def received(day: date) -> str:
    return f"{day}T00:00:00+08:00"


def some(office, random: Random, number: int) -> list[dict]:
    """Leads of two years, the first and the last hour of a day among them."""
    found = []
    for _ in range(number):
        day = today() - random.randint(1, 800) * DAY
        hour = random.choice(("00:00:00", "07:59:59", "08:00:00", "23:59:59"))
        amount = random.choice((None, "0.01", "36000.00"))
        found.append(
            make_lead(
                office,
                received_at=f"{day}T{hour}+08:00",
                amount_involved=amount,
                division_code=random.choice(VILLAGES),
                primary_category=random.choice(("C1", "C5")),
            )
        )
    return found


def change(client, random: Random, lead: dict) -> None:
    office = client("office")
    lead = done(office.get(f"/leads/{lead['id']}"))
    if lead["status"] != "registered":
        return
    way = random.choice(("withdraw", "assign", "correct", "nothing"))
    if way == "withdraw":
        done(office.act(f"/leads/{lead['id']}", "withdraw", lead["version"], reason="重复登记"))
    elif way == "assign":
        assign(office, lead, client("market"))
    elif way == "correct":
        changed = {
            "version": lead["version"],
            "amount_involved": "5.05",
            "division_code": VILLAGES[3],
        }
        done(office.patch(f"/leads/{lead['id']}", json=changed))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_was_changed_since(client, running, seed):
    random, office = Random(seed), client("office")
    known = some(office, random, 6)
    for _ in range(3):
        run_job(KEEP)
        for lead in random.sample(known, 3):
            change(client, random, lead)
        known += some(office, random, 2)
    assert_kept_is_exact(running, office, random, today() - 900 * DAY)
    run_job(KEEP)
    assert_kept_is_exact(running, client("leader"), random, today() - 900 * DAY)


def test_a_transaction_that_ends_after_the_counting_is_not_lost(client, running):
    """Its event has a number below those that the counting saw, and its change was not seen."""
    lead = make_lead(client("office"), received_at=received(today() - 100 * DAY))
    before = value(overview(client("office")), "leads_received")

    async def go() -> None:
        slow = await asyncpg.connect(migrations.plain(running.owner_url))
        await slow.execute("BEGIN")
        await slow.execute("UPDATE leads SET status = 'withdrawn' WHERE id = $1", lead["id"])
        await slow.execute(
            "INSERT INTO events (at, name, subject_type, subject_id, actor_kind, actor_name, role,"
            " result, request_id, address, data) SELECT at, name, subject_type, subject_id, actor_kind,"
            " actor_name, role, result, request_id, address, data FROM events"
            " WHERE subject_id = $1 LIMIT 1",
            lead["id"],
        )
        await asyncio.to_thread(run_job, KEEP)
        await asyncio.to_thread(make_lead, client("office"))
        await asyncio.to_thread(run_job, KEEP)
        await slow.execute("COMMIT")
        await slow.close()

    asyncio.run(go())
    assert value(overview(client("office")), "leads_received") == before
    assert_kept_is_exact(running, client("office"), Random(5), today() - 200 * DAY)


def test_what_came_in_by_a_ledger_and_what_was_merged(client, running):
    office = client("office")
    run_job(KEEP)
    made = ledgers.upload(office, ledgers.book([ledgers.row(n) for n in range(1, 6)]))
    done(ledgers.commit(office, made))
    main, other = make_lead(office), make_lead(office, received_at=received(today() - 40 * DAY))
    made_of(merge(office, main, other))
    conclude(office, client("police"), "duplicate")
    assert_kept_is_exact(running, office, Random(7), date(2021, 6, 1))


def test_who_sees_no_whole_town_reads_the_leads(client, running):
    police = client("police")
    conclude(client("office"), police)
    before = overview(police)
    run_job(KEEP)
    assert {**overview(police), "as_of": None} == {**before, "as_of": None}


def test_two_at_once_do_no_harm(client, running):
    make_lead(client("office"))

    run_job(KEEP, at_once=2)
    run_job(KEEP)
    assert_kept_is_exact(running, client("office"), Random(9), today() - 900 * DAY)
