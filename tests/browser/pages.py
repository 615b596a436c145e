"""Every page of the web app, who sits before it, and where one with something on it is."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from api.core.base.clock import today
from tests.ledgers import bring

Find = Callable[[httpx.Client], str]


@dataclass(frozen=True)
class Page:
    """A page by the name under which its picture is kept."""

    name: str
    who: str
    path: str | Find

    def address(self, client: httpx.Client) -> str:
        return self.path if isinstance(self.path, str) else self.path(client)


def first(resource: str, page: str = "", key: str = "id", **query: str) -> Find:
    """The address of the newest record that answers these conditions."""
    folder = page or f"/{resource}/{{}}"

    def find(client: httpx.Client) -> str:
        answer = client.get(f"/{resource}", params={"limit": 1, **query})
        assert answer.is_success, answer.text
        items = answer.json()["items"]
        assert items, f"no {resource} with {query}"
        return folder.format(items[0][key])

    return find


def book(client: httpx.Client) -> str:
    """The case whose money has been shared out: its book has every kind of entry."""
    plan = client.get("/distributions", params={"limit": 1}).json()["items"][0]
    return plan["case"]["id"]


def entry(client: httpx.Client) -> str:
    entries = client.get("/ledger/entries", params={"book_id": book(client), "limit": 1}).json()
    return f"/ledger/entries/{entries['items'][0]['id']}"


def preview(client: httpx.Client) -> str:
    """A ledger with faults in it, read but not brought in."""
    return f"/imports/{bring(client, '线索台账-含错误.xlsx')['id']}?limit=20"


def restricted(client: httpx.Client) -> str:
    """A file that is kept apart; the reader is on its list."""
    lead = client.get("/leads", params={"limit": 1}).json()["items"][0]
    body = {"lead_id": lead["id"], "kind": "umbrella", "text": "怀疑有人通风报信。"}
    made = client.post("/restricted-files/hints", json=body)
    assert made.is_success, made.text
    return f"/restricted-files/{client.get('/restricted-files').json()['items'][0]['id']}"


def rule_draft(client: httpx.Client) -> str:
    """A draft of the next version of the rules for rewards."""
    open_ = client.get("/rule-sets/rewards").json()["open"]
    if open_ and open_["status"] == "submitted":
        body = {"action": "recall", "version": open_["version"]}
        open_ = client.post(f"/rule-set-versions/{open_['id']}/transitions", json=body).json()
    if open_ is None:
        body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕9号"}
        made = client.post("/rule-sets/rewards/versions", json=body)
        assert made.is_success, made.text
        open_ = made.json()
        content = open_["content"] | {"basis_points": 5, "cap": "50000.00"}
        body = {"version": open_["version"], "content": content}
        changed = client.patch(f"/rule-set-versions/{open_['id']}", json=body)
        assert changed.is_success, changed.text
    return f"/rule-set-versions/{open_['id']}"


PAGES = [
    Page("home", "office", "/"),
    Page("home-police", "police", "/"),
    Page("unit-duties", "police", "/unit-duties"),
    Page("home-leader", "leader", "/"),
    Page("overview", "leader", "/overview"),
    Page("leads", "office", "/leads?limit=20"),
    Page("leads-none", "office", "/leads?q=没有这样的线索"),
    Page("lead-desk", "office", "/leads/desk"),
    Page("lead-villages", "leader", "/leads/villages"),
    Page("leads-left-out", "office", "/leads/left-out"),
    Page("lead-assignments", "office", "/leads/assignments"),
    Page("lead-report", "village01", "/leads/report"),
    Page("lead-new", "office", "/leads/new"),
    Page("lead", "office", first("leads", status="closed")),
    Page("lead-open", "police", first("leads", status="verifying")),
    Page("lead-edit", "office", first("leads", "/leads/{}/edit", status="registered")),
    Page("handovers", "market", "/handovers"),
    Page("handover", "police", first("handovers")),
    Page("rewards", "finance", "/rewards"),
    Page("reward", "leader", first("rewards")),
    Page("rule-sets", "office", "/rule-sets"),
    Page("rule-set", "leader", "/rule-sets/rewards"),
    Page("rule-set-versions", "office", "/rule-set-versions"),
    Page("rule-set-version", "office", rule_draft),
    Page("rule-set-version-edit", "office", lambda client: f"{rule_draft(client)}/edit"),
    Page("recheck-samples", "office", "/leads/recheck-samples"),
    Page(
        "recheck-sample",
        "office",
        first("leads/recheck-samples", "/leads/recheck-samples/{}?drawn=true"),
    ),
    Page("restricted-file", "county", restricted),
    Page("restricted-files", "county", "/restricted-files"),
    Page("imports", "office", "/imports"),
    Page("import", "office", preview),
    Page("risk-entities", "office", "/risk-entities?limit=20"),
    Page("risk-entity-new", "market", "/risk-entities/new"),
    Page("risk-entity", "market", first("risk-entities")),
    Page("risk-entity-red", "office", first("risk-entities", tier="red")),
    Page("risk-entity-edit", "market", first("risk-entities", "/risk-entities/{}/edit")),
    Page("inspections", "office", "/inspections?limit=20"),
    Page("inspection-new", "market", "/inspections/new"),
    Page("inspection", "market", first("inspections", status="done")),
    Page("outcomes", "office", "/outcomes"),
    Page("outcome-new", "justice", "/outcomes/new"),
    Page("outcome", "office", first("outcomes")),
    Page("outcome-edit", "office", first("outcomes", "/outcomes/{}/edit", status="published")),
    Page("rectifications", "office", "/rectifications?limit=20"),
    Page("rectification", "market", first("rectifications")),
    Page("cases", "police", "/cases?limit=20"),
    Page("case-new", "police", "/cases/new"),
    Page("case", "police", first("cases", status="investigating")),
    Page("case-edit", "police", first("cases", "/cases/{}/edit", status="investigating")),
    Page("property-items", "police", "/property-items?limit=20"),
    Page("property-item-new", "police", "/property-items/new"),
    Page("property-item", "police", first("property-items")),
    Page("property-measures", "police", "/property-measures?limit=20"),
    Page("property-measure-new", "police", "/property-measures/new"),
    Page("property-measure", "police", first("property-measures")),
    Page("ledger-none", "police", "/ledger"),
    Page("ledger", "finance", lambda client: f"/ledger?book_id={book(client)}"),
    Page("ledger-entries", "finance", "/ledger/entries?limit=20"),
    Page("ledger-entry", "finance", entry),
    Page("victims", "police", "/victims?limit=20"),
    Page("victim-new", "police", "/victims/new"),
    Page("victim", "police", first("victims")),
    Page("distributions", "office", "/distributions?limit=20"),
    Page("distribution-new", "office", "/distributions/new"),
    Page("distribution", "finance", first("distributions", "/distributions/{}?limit=20")),
    Page("lead-batches", "office", "/leads/batches"),
    Page("shared-changes", "security_admin", "/shared-changes"),
    Page("units", "office", "/units?limit=20"),
    Page("roster", "office", "/units/roster"),
    Page("unit-kinds", "office", "/unit-kinds"),
    Page("unit", "office", first("units")),
    Page("divisions", "office", "/divisions"),
    Page("users", "system_admin", "/users?limit=20"),
    Page("user", "system_admin", first("users")),
    Page("posts", "system_admin", "/posts?limit=20"),
    Page("post", "system_admin", first("posts")),
    Page("time-rules", "office", "/time-rules?limit=20"),
    Page("time-rule", "office", first("time-rules", key="rule_id")),
    Page("holiday-years", "county", "/holiday-years"),
    Page("api-clients", "system_admin", "/api-clients"),
    Page("jobs", "system_admin", "/jobs"),
    Page("audit", "audit_admin", "/audit?limit=20"),
    Page("account", "office", "/account"),
    Page("second-factor", "office", "/account/second-factor"),
    Page("setup", "office", "/setup"),
    Page("overview-county", "county", "/overview?period=all"),
    Page("hidden", "finance", "/leads"),
    Page("missing", "office", "/no-such-page"),
]
