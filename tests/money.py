"""Cases with money in them, as the tests of property, victims, ledger and refunds need them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from sqlalchemy import select

from api.core.base.clock import today
from api.core.database import db
from api.core.database.record_access import RecordAccess
from api.domain.cases.cases import CaseStatus
from api.domain.leads.categories import LeadCategory
from api.models.cases import Case
from api.models.units import Post
from tests.conftest import Client, Running, objections_over

FILED = date(2022, 5, 1)
_serial = count(1)


def make_case(running: Running, *, filed_on: date | None = FILED, seen: bool = True) -> str:
    """A filed case of the town; `seen` by the police station, as whoever recorded it would."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, _case(running, filed_on, seen=seen)).result()


async def _case(running: Running, filed_on: date | None, *, seen: bool) -> str:
    database = db.Database(running.app_url)
    async with database.session() as session, session.begin():
        police = await session.scalar(select(Post).where(Post.code == "police"))
        case = Case(
            number=f"AJ-{uuid4().hex[:12]}",
            status=CaseStatus.INVESTIGATING if filed_on else CaseStatus.UNDER_REVIEW,
            title="某康养公司集资诈骗案",
            primary_category=LeadCategory.C1,
            division_code="341522118",
            town_code="341522118",
            owner_unit_id=police.unit_id,
            created_by_post_id=police.id,
            filed_on=filed_on,
            search="",
        )
        session.add(case)
        await session.flush()
        if seen:
            session.add(RecordAccess(viewer_id=police.unit_id, resource="case", record_id=case.id))
        found = str(case.id)
    await database.dispose()
    return found


def made(answer) -> dict:
    """The body of a 201."""
    assert answer.status_code == 201, answer.text
    return answer.json()


def done(answer) -> dict:
    """The body of a 200."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def make_item(police: Client, case_id: str, **over) -> dict:
    """A bank account found in a case."""
    body = {
        "case_id": case_id,
        "kind": "deposit",
        "title": "归集账户",
        "owner_name": "赵守财",
        "institution": "某银行霍邱支行",
        "account": f"6222021309{next(_serial):09d}",
        "amount": "120000.00",
    }
    return made(police.post("/property-items", json=body | over))


def measure(item: dict, **over) -> dict:
    """The body of a proper freeze on an item."""
    return {
        "property_item_id": item["id"],
        "kind": "freeze",
        "regime": "criminal",
        "authority": "霍邱县公安局",
        "authority_level": "county_psb",
        "document_no": "霍公（刑）冻财字〔2022〕12号",
        "officers": ["李某", "王某"],
        "amount": "120000.00",
        "starts_on": (today() - timedelta(days=45)).isoformat(),
    } | over


def resident_id(serial: int) -> str:
    """A proper resident ID of somebody born in 1950."""
    stem = f"34242519500101{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(d) * w for d, w in zip(stem, weights, strict=True)) % 11]


def victim(case_id: str, **over) -> dict:
    """The body of a victim of their own."""
    serial = next(_serial)
    return {
        "case_id": case_id,
        "name": f"孙桂兰{serial}",
        "id_number": resident_id(serial),
        "phone": f"139{serial:08d}",
        "account": f"62284802{serial:011d}",
        "bank_name": "某农商行众兴支行",
        "paid_on": "2021-06-01",
        "principal": "10000.00",
    } | over


def make_victim(office: Client, case_id: str, *, verify: bool = True, **over) -> dict:
    """A registered victim, verified with the amounts given."""
    found = made(office.post("/victims", json=victim(case_id, **over)))
    if not verify:
        return found
    amounts = {name: found[name] for name in ("principal", "returns", "refunds")}
    return done(
        office.act(
            f"/victims/{found['id']}", "verify", found["version"], **amounts, basis="合同、流水"
        )
    )


def post_entry(who: Client, case_id: str, credit: str, debit: str, amount: str, **over):
    """One entry by hand: the answer."""
    body = {
        "book_id": case_id,
        "credit": credit,
        "debit": debit,
        "amount": amount,
        "reason": "归集",
        "document_no": "财收〔2022〕1号",
    }
    return who.post("/ledger/entries", json=body | over)


def balances(who: Client, case_id: str) -> dict[str, str]:
    """What lies in each account; the sum is checked on the way."""
    found = done(who.get("/ledger/accounts", params={"book_id": case_id}))
    assert found["total"] == "0.00"
    return {each["kind"]: each["balance"] for each in found["items"] if each["balance"] != "0.00"}


def publish(office, plan: dict) -> dict:
    """Published, and the time for objections is over."""
    url = f"/distributions/{plan['id']}"
    day = today().isoformat()
    plan = done(office.act(url, "publish", plan["version"], published_on=day))
    asyncio.run(objections_over(office.running, plan["id"]))
    return done(office.get(url))


def make_plan(office, case_id, **over) -> dict:
    body = {
        "case_id": case_id,
        "title": "第一次清退",
        "pool": "600.00",
        "base_rule": "net_of_returns",
    }
    return made(office.post("/distributions", json=body | over))
