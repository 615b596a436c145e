"""Every field of every noun that can be corrected: set, cleared, set wrong.

What a correction refuses and what a new record refuses is the same, with the same words: the walk
takes each field from the OpenAPI document and asks both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.core.base.clock import today
from api.schemas.changes import Changes
from tests import factories, money
from tests.cases import case
from tests.conftest import Client
from tests.document import document
from tests.entities import credit_code, entity
from tests.factories import outcome

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
CORRECTIONS = {each.__name__: each for each in Changes.__subclasses__()}
NOBODY = "019480f2-6c00-7000-8000-000000000009"


@dataclass(frozen=True)
class Noun:
    """How a record of a noun is made, by whom, and what its fields may hold."""

    path: str
    who: str
    schema: str
    #: The body of a new one; it may ask the server for what that needs.
    body: Callable[[Any], dict]
    good: dict[str, Any] = field(default_factory=dict)
    #: Fields that the answer shows under another name, or behind a mask.
    shown: dict[str, str | None] = field(default_factory=dict)


def filed_case(client) -> str:
    return money.make_case(client("office").running)


def order(client) -> dict:
    made = client("market").post("/risk-entities", json=entity()).json()
    return {"entity_id": made["id"], "requirements": "公示收费标准"}


def unit_of(client) -> str:
    return client("system_admin").get("/units", params={"kind": "village"}).json()["items"][0]["id"]


def post(client) -> dict:
    return {
        "code": f"p{uuid4().hex[:10]}",
        "name": "测试岗",
        "role": "village",
        "unit_id": unit_of(client),
    }


SECRET = dict.fromkeys(
    ("name", "id_number", "phone", "account", "address", "owner_name", "holder_name"), None
)
NOUNS = [
    Noun(
        "leads", "office", "LeadUpdate", lambda _: factories.lead(),
        {"primary_category": "C1", "categories": ["C1", "C2"], "subject_uscc": credit_code()},
    ),
    Noun(
        "risk-entities", "office", "RiskEntityUpdate", lambda _: entity(uscc=credit_code()),
        {"uscc": credit_code(), "responsible_phone": "13812345678"},
        {"responsible_person": None, "responsible_phone": None, "owner_unit_id": None,
         "address": None},
    ),
    Noun(
        "cases", "police", "CaseUpdate",
        lambda _: case(police_case_no=uuid4().hex),
        {"police_case_no": uuid4().hex}, {"beyond_lead": None},
    ),
    Noun(
        "victims", "office", "VictimUpdate", lambda client: money.victim(filed_case(client)),
        {"id_kind": "resident_id", "id_number": money.resident_id(991), "phone": "13812345678",
         "account": "6228480212345678901"},
        SECRET,
    ),
    Noun("outcomes", "office", "OutcomeUpdate", lambda _: outcome()),
    Noun(
        "property-items", "police", "PropertyItemUpdate",
        lambda client: {"case_id": filed_case(client), "kind": "deposit", "title": "归集账户"},
        {"account": "6222021309000000123"}, SECRET,
    ),
    Noun(
        "distributions", "office", "DistributionUpdate",
        lambda client: {"case_id": filed_case(client), "title": "第一次清退", "pool": "600.00",
                        "base_rule": "net_of_returns"},
    ),
    Noun(
        "inspections", "market", "InspectionUpdate",
        lambda client: {"entity_id": order(client)["entity_id"], "inspectors": "钱立新",
                        "note": "看收费公示"},
        {"checklist": [], "planned_on": today().isoformat()}, {"checklist": None},
    ),
    Noun("rectifications", "market", "RectificationUpdate", order),
    Noun(
        "units", "system_admin", "UnitUpdate",
        lambda _: {"name": f"某部门{uuid4().hex[:6]}", "kind": "other",
                   "division_code": "341522118"},
        {"name": f"某局{uuid4().hex[:6]}", "phone": "0564-6512345"},
    ),
    Noun("posts", "system_admin", "PostUpdate", post),
    Noun(
        "users", "system_admin", "UserUpdate",
        lambda _: {"username": f"u{uuid4().hex[:10]}", "name": "程新人", "phone": "13812345678"},
        {"phone": "13912345678"}, {"phone": "phone_mask"},
    ),
    Noun(
        "api-clients", "system_admin", "ApiClientUpdate",
        lambda client: {"client_id": f"c{uuid4().hex[:10]}", "name": "报表程序",
                        "role": "police_gateway", "unit_id": client("police").me["unit"]["id"]},
    ),
    Noun(
        "saved-filters", "office", "SavedFilterUpdate",
        lambda _: {"noun": "leads", "name": uuid4().hex[:12], "query": "status=registered"},
        {"name": uuid4().hex[:12], "query": "status=disputed"},
    ),
]  # fmt: skip
BY_SCHEMA = {noun.schema: noun for noun in NOUNS}
FIELDS = [
    pytest.param(noun, name, id=f"{noun.path}.{name}")
    for noun in NOUNS
    for name in SCHEMAS[noun.schema]["properties"]
    # who goes on for somebody who leaves is nothing of the record: tests/routers/test_departures.py
    if name not in {"version", "successor_id"}
]
MADE = {noun.schema: noun.schema.replace("Update", "Create") for noun in NOUNS}


def test_every_correction_of_the_document_is_walked():
    patched = {
        media["schema"]["$ref"].rsplit("/", 1)[-1]
        for operations in DOCUMENT["paths"].values()
        for method, operation in operations.items()
        if method == "patch"
        for media in operation["requestBody"]["content"].values()
    }
    # a template is made by correcting how a table is read: tests/routers/test_import_corrections.py
    # kinds of units are corrected by their code: tests/routers/test_unit_kinds.py
    # of a kind of rule one version is drafted at a time: tests/routers/test_rule_sets.py
    assert patched == set(CORRECTIONS) == {
        *BY_SCHEMA, "TemplateUpdate", "UnitKindUpdate", "RuleSetVersionUpdate"
    }  # fmt: skip
    assert len(FIELDS) > 75


def kinds(schema: dict) -> list[dict]:
    """What a field may hold, null left out."""
    found = schema.get("anyOf", [schema])
    found = [SCHEMAS[e["$ref"].rsplit("/", 1)[-1]] if "$ref" in e else e for e in found]
    return [each for each in found if each.get("type") != "null"]


def good(noun: Noun, name: str, client) -> Any:
    """A value that may be set."""
    if name in noun.good:
        return noun.good[name]
    if name in {"division_code", "owner_unit_id"}:
        return {"division_code": "341522118202"}.get(name, client("market").me["unit"]["id"])
    [kind] = kinds(SCHEMAS[noun.schema]["properties"][name])
    if "enum" in kind:
        return kind["enum"][-1]
    by_type: dict[str, Any] = {
        "boolean": True,
        "integer": 7,
        "array": [each["enum"][0] for each in kinds(kind.get("items", {})) if "enum" in each],
        "string": "321.50" if kind.get("examples") == ["12345.67"] else "某处",
        "date": (today() - timedelta(days=30)).isoformat(),
    }
    return by_type[kind.get("format", kind["type"])]


def wrong(name: str, kind: dict) -> list[Any]:
    """Values that nobody means, by the form of the field and by its name."""
    by_name: dict[str, list[Any]] = {
        "division_code": ["341522999", "341522101", "341522118999", "34", "x"],
        "uscc": ["91341522MA2MXYZ00X", "1", "９１３４"],
        "subject_uscc": ["91341522MA2MXYZ00X", "1"],
        "phone": ["1381234", "没有"],
        "responsible_phone": ["1381234", "没有"],
        "id_number": ["342425195001010011", "12"],
        "account": ["12", "没有"],
        "query": ["nobody_knows=1", "q=13812345678"],
    }
    found = by_name.get(name, [])
    if "enum" in kind:
        return [*found, "nobody_knows", 5]
    if kind.get("examples") == ["12345.67"]:
        return [*found, "-1.00", "1.005", "99999999999.00", "三百", 5, "1e3", ""]
    by_type: dict[str, list[Any]] = {
        "date": ["2099-12-31", "2299-01-01", "1899-12-31", "2022-02-30", "昨天", 5],
        "uuid": [NOBODY, "x"],
        "integer": [-1, 10**12, "许多", 1.5],
        "boolean": ["也许", 7],
        "array": [["nobody_knows"], "x", [None]],
        "string": ["某" * 20_000, 5, "\x00", "\u200b", "\ud800"],
    }
    return [*found, *by_type[kind.get("format", kind["type"])]]


def said(answer: httpx.Response) -> tuple:
    """What was refused, where, and by which words; or that it was not."""
    if answer.status_code < 300:
        return ("taken",)
    body = answer.json()
    faults = [(e["pointer"], e["code"], e["message"], e["label"]) for e in body["errors"]]
    return (answer.status_code, body["code"], body["detail"], sorted(faults))


def make(client, noun: Noun, **over) -> httpx.Response:
    return client(noun.who).post(f"/{noun.path}", json=noun.body(client) | over)


@pytest.fixture(scope="module")
def record(client):
    """One record a noun, in its newest version."""

    @cache
    def made(path: str) -> str:
        [noun] = [each for each in NOUNS if each.path == path]
        answer = make(client, noun)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def newest(noun: Noun) -> dict:
        who = client(noun.who)
        answer = who.get(f"/{noun.path}/{made(noun.path)}")
        if answer.status_code in {404, 405}:  # read in a list alone
            params = {"noun": "leads"} if noun.path == "saved-filters" else {"limit": 200}
            items = who.get(f"/{noun.path}", params=params).json()["items"]
            return next(each for each in items if each["id"] == made(noun.path))
        assert answer.status_code == 200, answer.text
        return answer.json()

    return newest


def change(who: Client, noun: Noun, now: dict, **fields) -> httpx.Response:
    body = {"version": now["version"]} | fields
    return who.patch(f"/{noun.path}/{now['id']}", json=body)


@pytest.mark.parametrize(("noun", "name"), FIELDS)
def test_it_can_be_set(client, record, noun, name):
    now, value = record(noun), good(noun, name, client)
    answer = change(client(noun.who), noun, now, **{name: value})
    assert answer.status_code == 200, answer.text
    place = noun.shown.get(name, name)
    if place == name:
        assert answer.json()[name] == value
    assert answer.json()["version"] == now["version"] + 1
    if name == "is_active":
        back = change(client(noun.who), noun, answer.json(), is_active=True)
        assert back.status_code == 200, back.text


@pytest.mark.parametrize(("noun", "name"), FIELDS)
def test_null_clears_it_or_is_refused_by_its_label(client, record, noun, name):
    now, who = record(noun), client(noun.who)
    cleared = CORRECTIONS[noun.schema].cleared
    answer = change(who, noun, now, **{name: None})
    if name not in cleared:
        assert answer.status_code == 422, answer.text
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (f"/{name}", "not_clearable")
        assert answer.json()["detail"] == f"{fault['label']}：不能清空"
        return
    if (noun.path, name) == ("outcomes", "medium"):
        assert answer.status_code == 422, "a rule of the noun wants it filled"
        return
    assert answer.status_code == 200, answer.text
    place = noun.shown.get(name, name)
    after = answer.json()
    if (noun.path, name) == ("leads", "categories"):
        assert after[name] == [after["primary_category"]]
    elif place is not None:
        assert after[place] in (None, "", []), after[place]
    else:
        shown = after.get(name, after.get(f"{name}_mask"))
        assert shown in (None, ""), shown
    assert record(noun)["version"] == after["version"]


WRONG = [
    pytest.param(noun, name, value, id=f"{noun.path}.{name}-{str(value)[:20]!a}")
    for noun in NOUNS
    for name, said_of in SCHEMAS[noun.schema]["properties"].items()
    if name in SCHEMAS[MADE[noun.schema]]["properties"]
    for kind in kinds(said_of)
    for value in wrong(name, kind)
]


@pytest.mark.parametrize(("noun", "name", "value"), WRONG)
def test_what_a_new_record_refuses_its_correction_refuses(client, record, noun, name, value):
    if isinstance(value, str) and "\ud800" in value:
        send = {"content": '{"version": 1, "' + name + '": "\\ud800"}'}
        send["headers"] = {"Content-Type": "application/json"}
        now = record(noun)
        answer = client(noun.who).patch(f"/{noun.path}/{now['id']}", **send)
        assert answer.status_code == 422, answer.text
        return
    first = make(client, noun, **{name: value})
    second = change(client(noun.who), noun, record(noun), **{name: value})
    assert said(second) == said(first)


CONFLICTS = [("risk-entities", "uscc"), ("cases", "police_case_no"), ("units", "name"),
             ("saved-filters", "name")]  # fmt: skip


@pytest.mark.parametrize(("path", "name"), CONFLICTS)
def test_what_another_one_has_is_refused_to_both(client, record, path, name):
    [noun] = [each for each in NOUNS if each.path == path]
    other = make(client, noun).json()
    first = make(client, noun, **{name: other[name]})
    second = change(client(noun.who), noun, record(noun), **{name: other[name]})
    assert (second.status_code, second.json()["code"]) == (first.status_code, first.json()["code"])
    assert second.status_code == 409


def test_a_claim_is_made_once_in_a_case(client):
    office = client("office")
    case_id = filed_case(client)
    one = money.made(office.post("/victims", json=money.victim(case_id)))
    number = money.resident_id(733)
    money.made(office.post("/victims", json=money.victim(case_id, id_number=number)))
    answer = office.patch(
        f"/victims/{one['id']}", json={"version": one["version"], "id_number": number}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "already_registered")


def test_the_main_category_is_always_one_of_all(client):
    office = client("office")
    made = factories.make_lead(office, categories=["C2"])
    assert made["categories"] == ["C1", "C2"]
    url = f"/leads/{made['id']}"
    changed = office.patch(url, json={"version": made["version"], "categories": ["C3", "C3"]})
    assert changed.json()["categories"] == ["C1", "C3"]
    body = {"version": changed.json()["version"], "primary_category": "C4"}
    assert office.patch(url, json=body).json()["categories"] == ["C4", "C1", "C3"]


def test_an_order_of_another_body_keeps_its_paper(client):
    market = client("market")
    body = order(client) | {"legal_actor": "fundraising_lead", "document_no": "处非〔2022〕3号"}
    without = market.post("/rectifications", json=body | {"document_no": ""})
    made = money.made(market.post("/rectifications", json=body))
    answer = market.patch(f"/rectifications/{made['id']}", json={"version": 1, "document_no": None})
    assert said(answer) == said(without)
    assert answer.json()["code"] == "document_missing"


def test_who_reported_is_not_written_into_a_case_afterwards(client):
    lead = factories.conclude(
        client("office"),
        client("police"),
        reporter={"kind": "real_name", "name": "柳某某", "phone": ""},
    )
    police = client("police")
    made = money.made(police.post("/cases", json={"source_lead_ids": [lead["id"]]}))
    body = {"version": made["version"], "title": "柳某某举报的康养公司案"}
    assert "柳某某" not in police.patch(f"/cases/{made['id']}", json=body).json()["title"]


ACTED = {p.split("/")[3] for p in DOCUMENT["paths"] if p.endswith("}/transitions")}
FLOWS = [noun for noun in NOUNS if noun.path in ACTED]
PEOPLE = (
    "office",
    "police",
    "market",
    "village01",
    "leader",
    "civil",
    "finance",
    "county",
    "grid01",
)


def edit_of(shown: dict) -> dict | None:
    return next((a for a in shown["available_actions"] if a["action"] == "edit"), None)


def of_every_status(client, noun: Noun) -> list[dict]:
    """One record of each status that the town has."""
    who = client(noun.who)
    found: dict[str, dict] = {}
    for order_by in ("id", "-id"):
        params = {"limit": 200, "sort": order_by}
        for each in who.get(f"/{noun.path}", params=params).json()["items"]:
            found.setdefault(each["status"], each)
    return list(found.values())


@pytest.mark.parametrize("noun", FLOWS, ids=lambda noun: noun.path)
def test_whoever_may_correct_is_offered_it_and_nobody_else(client, record, noun):
    record(noun)
    seen = offers = 0
    for each in of_every_status(client, noun):
        url = f"/{noun.path}/{each['id']}"
        for name in PEOPLE:
            who = client(name)
            shown = who.get(url)
            if shown.status_code != 200:
                continue
            seen += 1
            offered = edit_of(shown.json()) is not None
            # a version that never was: what may be corrected is refused for that alone
            answer = who.patch(url, json={"version": shown.json()["version"] + 1000})
            assert offered == (answer.json()["code"] == "stale_version"), (name, answer.text)
            offers += offered
    assert 0 < offers <= seen, "somebody may"


@pytest.mark.parametrize("noun", FLOWS, ids=lambda noun: noun.path)
def test_the_form_asks_for_what_the_api_takes(client, record, noun):
    needs = {need["field"]: need for need in edit_of(record(noun))["needs"]}
    schema = CORRECTIONS[noun.schema]
    assert set(needs) == set(schema.model_fields) - {"version", "checklist"}
    for name, need in needs.items():
        clearable = name in schema.cleared or need["kind"] == "boolean"
        assert need["required"] == (not clearable), name
        assert bool(need["options"]) == (need["kind"] in {"enum", "multi_enum"}), name
        assert need["masked"] == (name in schema.masked)
        assert not need["label"].isascii()


def test_edit_is_no_transition(client):
    office = client("office")
    made = factories.make_lead(office)
    answer = office.act(f"/leads/{made['id']}", "edit", made["version"])
    assert answer.json()["errors"][0]["pointer"] == "/action"
    refused = office.act(f"/leads/{made['id']}", "close", made["version"], solved="yes")
    assert "edit" not in refused.json().get("allowed", [])
