"""Two towns, two units: every route of every noun over a record of the other town or unit.

A record out of sight is as one that is not there: for reading, for writing, in every part of it, in
lists, counts, filters, links, suggestions, feed, exports and figures.
"""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest

from api.core.base.clock import today
from api.core.web.openapi_once import whole
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from tests import factories
from tests.access import world as worlds
from tests.access.towns import somebody
from tests.database import run_sql
from tests.document import document

DOCUMENT = document()
NOWHERE = "01900000-0000-7000-8000-000000000000"
#: Which noun a parameter of a path names.
NAMES = {
    "template_id": "import-templates", "assignment_id": "leads/assignments",
    "lead_id": "leads", "case_id": "cases", "handover_id": "handovers", "plan_id": "distributions", "import_id": "imports",
    "opening_id": "informant-openings", "inspection_id": "inspections", "entry_id": "ledger",
    "sample_id": "leads/recheck-samples", "assist_id": "assists", "merge_id": "merges",
    "identifier_id": "identifiers", "outcome_id": "outcomes", "item_id": "property-items",
    "measure_id": "property-measures", "rectification_id": "rectifications",
    "file_id": "restricted-files", "attachment_id": "attachments", "reward_id": "rewards",
    "paper_id": "papers", "entity_id": "risk-entities", "filter_id": "saved-filters", "victim_id": "victims", "version_id": "rule-set-versions",
}  # fmt: skip
#: Paths that name what no town or unit owns; each is looked at elsewhere.
HOUSE = re.compile(
    r"^/api/v1/(api-clients|jobs|posts|users|units|time-rules|reward-rules|rule-sets|divisions|holiday-years"
    r"|shared-changes|me|public|auth|setup|audit)\b"
)
#: Of the other town; of the demo's own town, in units that nobody gave anything to.
STRANGERS = (
    "their office",
    "their police",
    "their market",
    "their village",
    "village02",
    "grid02",
    "justice",
)


def paths() -> Iterator[tuple[str, str, dict]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if "{" in path and "x-permission" in operation and not HOUSE.match(path):
                yield method, path, operation


def url_of(path: str, ids: dict[str, str] | None) -> str:
    """The address of a record of the world, or of nothing at all."""

    def named(found: re.Match[str]) -> str:
        name = found[1]
        noun = (
            path.removeprefix("/api/v1/").split("/")[0] if name == "record_id" else NAMES.get(name)
        )
        return ids[noun] if ids and noun in ids else NOWHERE

    return re.sub(r"\{([a-z_]+)\}", named, path).removeprefix("/api/v1")


def bodies(operation: dict) -> Iterator[dict]:
    """What the document says may be sent: one body, or one for each action."""
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        yield {"files": {"file": ("x.txt", b"text")}}
        return
    given = content.get("application/json")
    if given is None:
        yield {}
        return
    for each in given["examples"].values():
        # what is due is due today or later: examples name one day for ever
        still = {
            name: today().isoformat()
            for name in ("due_on", "planned_on", "review_on", "valid_from")
        }
        yield {"json": each["value"] | {n: d for n, d in still.items() if n in each["value"]}}


@pytest.fixture(scope="module")
def grid02(running, client):
    """A grid worker of another village than the one that leads are about."""
    system, grid = client("system_admin"), "341522118202009"
    system.post("/divisions/imports", json={"rows": [{"code": grid, "name": "第九网格"}]})
    unit = client("village02").me["unit"]["id"]
    return somebody(running, system, "grid", unit, division_code=grid)


@pytest.fixture(scope="module")
def people(client, town, grid02):
    def who(name: str):
        if name == "grid02":
            return grid02
        return (
            town.people[name.removeprefix("their ")] if name.startswith("their") else client(name)
        )

    return who


def figures(who) -> dict:
    found = {}
    for name in ("overview", "units", "villages"):
        answer = who.get(f"/statistics/{name}")
        if answer.status_code == 200:
            body = answer.json()
            body.pop("as_of", None)
            found[name] = body
    return found


@pytest.fixture(scope="module")
def built(client, people):
    """The world, and what strangers could count just before there was anything of it and after."""
    before = {name: figures(people(name)) for name in STRANGERS}
    world = worlds.build(client)
    return world, before, {name: figures(people(name)) for name in STRANGERS}


@pytest.fixture(scope="module")
def world(built):
    return built[0]


def may(who, operation: dict) -> bool:
    return Permission(operation["x-permission"]) in ROLE_PERMISSIONS[Role(who.me["role"])]


def test_every_name_in_a_path_is_known():
    """A new noun says here which record of the world it is."""
    for _, path, _ in paths():
        for name in re.findall(r"\{([a-z_]+)\}", path):
            assert name in NAMES or name in {"record_id", "user_id", "rule_id", "year"}, path


class TestRecords:
    def test_the_world_is_there_for_who_made_it(self, client, world):
        """Otherwise nothing below proves anything."""
        owners = {"restricted-files": "county", "cases": "police", "property-items": "police",
                  "property-measures": "police", "distributions": "leader"}  # fmt: skip
        for method, path, operation in paths():
            if method != "get" or ("attachment_id" in path and "restricted" in path):
                continue
            noun = path.removeprefix("/api/v1/").split("/")[0]
            who = client(owners.get(noun, "office"))
            if not may(who, operation):
                continue
            answer = who.get(url_of(path, world.ids))
            # a record that never was imported has no sheet to give back
            assert answer.status_code in {200, 409}, (path, answer.text)

    def test_every_list_goes_on_to_its_next_page(self, client, world):
        """Also one whose rows are ordered by an id, which the driver gives in a type of its own."""
        gone_on = set()
        for method, path, operation in paths():
            who = client("county" if "restricted" in path else "office")
            if method != "get" or not may(who, operation):
                continue
            first = who.get(url_of(path, world.ids), params={"limit": 1})
            if first.status_code != 200 or '"next_cursor"' not in first.text:
                continue
            if cursor := first.json()["next_cursor"]:
                asked = {"limit": 1, "cursor": cursor}
                following = who.get(url_of(path, world.ids), params=asked)
                assert following.status_code == 200, (path, following.text)
                gone_on.add(path)
        assert gone_on

    @pytest.mark.parametrize("name", STRANGERS)
    def test_a_stranger_reads_and_writes_nothing(self, people, world, name):
        who, wrong = people(name), []
        for method, path, operation in paths():
            expected = 404 if may(who, operation) else 403
            for ids in (world.ids, None):
                url = url_of(path, ids)
                for body in bodies(operation) if method != "get" else [{}]:
                    answer = who.request(method, url, **body)
                    if answer.status_code != expected or world.mark in answer.text:
                        wrong.append(
                            (method, path, bool(ids), answer.status_code, answer.text[:200])
                        )
        assert not wrong, "\n".join(map(str, wrong))

    def test_a_record_that_is_not_there_has_no_parts_for_anybody(self, client):
        """`/distributions/{missing}/lines` was an empty list; so could be any part of anything."""
        wrong = []
        for role in ("office", "leader", "supervisor", "police", "market", "county", "finance"):
            who = client(role)
            for method, path, operation in paths():
                if method == "get" and may(who, operation):
                    answer = who.get(url_of(path, None))
                    if answer.status_code != 404:
                        wrong.append((role, path, answer.status_code))
        assert not wrong


def listings() -> Iterator[tuple[str, dict]]:
    for path, methods in DOCUMENT["paths"].items():
        if "{" not in path and "get" in methods and "x-permission" in methods["get"]:
            yield path.removeprefix("/api/v1"), methods["get"]


def text_of(answer) -> str:
    """What a person reads in an answer: a workbook is a heap of compressed sheets."""
    if answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(each).decode(errors="replace") for each in book.namelist())
    return answer.text


class TestLists:
    @pytest.mark.parametrize("name", STRANGERS)
    def test_nothing_is_listed_counted_or_found(self, people, world, name):
        who, needles = people(name), {world.mark, *world.ids.values()}
        for path, operation in listings():
            if not may(who, operation):
                continue
            names = {whole(DOCUMENT, each)["name"] for each in operation.get("parameters", ())}
            asked = [{}]
            if "q" in names:
                asked.append({"q": world.mark})
            asked += [
                {each: world.ids[NAMES[each]]}
                for each in names & set(NAMES)
                if NAMES[each] in world.ids
            ]
            for given in asked:
                query = given | ({"with_total": "true"} if "with_total" in names else {})
                query |= {"noun": "leads"} if path == "/saved-filters" else {}
                answer = who.get(path, params=query)
                if answer.status_code == 404:
                    continue
                told = text_of(answer)
                own = set(query.values())  # what one asked for may be said again
                assert not {n for n in needles - own if n in told}, (path, query)
                if given and "with_total" in names and told.startswith("{"):
                    listed = answer.json()
                    assert (listed["items"], listed["total"]) == ([], 0), (path, query)

    @pytest.mark.parametrize("name", STRANGERS)
    def test_no_figure_moves(self, built, name):
        _, before, after = built
        assert after[name] == before[name]

    @pytest.mark.parametrize("name", STRANGERS)
    def test_no_suggestion_knows_them(self, people, world, name):
        who = people(name)
        if Permission.LEAD_CREATE not in ROLE_PERMISSIONS[Role(who.me["role"])]:
            return
        _, _, body, _ = world.sent["leads"]
        asked = {"narrative": body["narrative"], "subject_name": body["subject_name"]}
        answer = who.post("/leads/similar", json=asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["items"] == []

    @pytest.mark.parametrize("name", STRANGERS)
    def test_the_feed_is_silent(self, people, world, name):
        who, cursor = people(name), None
        if Permission.EVENT_READ not in ROLE_PERMISSIONS[Role(who.me["role"])]:
            return
        while True:
            page = who.get(
                "/events", params={"limit": 200} | ({"cursor": cursor} if cursor else {})
            )
            assert not {n for n in {world.mark, *world.ids.values()} if n in page.text}
            cursor = page.json()["next_cursor"]
            if not page.json()["has_more"]:
                break


class TestReporters:
    """Whoever reported a lead keeps sight of how it stands, whatever becomes of it."""

    HOME = "341522118201"

    def lead(self, who, **over) -> dict:
        answer = who.post("/leads", json=factories.lead(**over))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def registered(self, client, made: dict) -> dict:
        return client("office").act(f"/leads/{made['id']}", "register", made["version"]).json()

    @pytest.mark.parametrize("who", ["grid01", "village01", "civil"])
    def test_through_every_flow(self, client, who):
        office, market, police = client("office"), client("market"), client("police")
        reporter = client(who)
        made = self.lead(reporter)
        url = f"/leads/{made['id']}"

        def still() -> None:
            shown = reporter.get(url)
            assert shown.status_code == 200
            listed = reporter.get("/leads", params={"q": made["number"]}).json()["items"]
            assert [each["id"] for each in listed] == [made["id"]]

        still()
        lead = factories.assign(office, self.registered(client, made), market)
        still()
        lead = market.act(url, "dispute", lead["version"], reason="不归我所管").json()
        lead = factories.assign(office, lead, police)
        still()
        lead = office.get(url).json()
        body = {"version": lead["version"], "division_code": "341522118202"}
        lead = office.patch(url, json=body).json()
        still()
        main = factories.make_lead(office)
        merging = {"lead_id": made["id"], "version": lead["version"], "reason": "同一件事"}
        merged = office.post(f"/leads/{main['id']}/merges", json=merging)
        assert merged.status_code == 201, merged.text
        still()
        factories.assign(office, main, market)
        still()
        lead = office.get(url).json()
        back = office.post(
            f"/leads/{made['id']}/merges/{merged.json()['items'][0]['id']}/reversals",
            json={"version": lead["version"], "reason": "不是同一件事"},
        )
        assert back.status_code == 200, back.text
        still()

    @pytest.mark.parametrize("who", ["grid01", "village01", "civil"])
    def test_when_the_county_is_asked(self, client, who):
        made = self.lead(client(who))
        url = f"/leads/{made['id']}"
        lead = self.registered(client, made)
        asked = client("office").act(url, "escalate", lead["version"], reason="请县里协调")
        assert asked.status_code == 200, asked.text
        assert client(who).get(url).status_code == 200

    @pytest.mark.parametrize("who", ["grid02", "village02", "civil"])
    def test_when_it_goes_to_the_county(self, client, people, who):
        """Reported by somebody whom it is not about, or found out later to be about the office."""
        reporter, county, office = people(who), client("county"), client("office")
        sent = self.lead(reporter, subject_name="平安办", division_code="341522118202")
        found = self.registered(client, self.lead(reporter, division_code="341522118202"))
        unit = office.me["unit"]["id"]
        marked = office.post(
            f"/leads/{found['id']}/accused-units", json={"unit_id": unit, "reason": "举报人说的"}
        )
        assert marked.json()["routed"] is True, marked.text
        for lead in (sent, found):
            url = f"/leads/{lead['id']}"
            shown = reporter.get(url)
            assert shown.status_code == 200, (lead, shown.text)
            assert shown.json()["available_actions"] == []
            assert shown.json()["revealable"] == []
            for other in ("office", "leader", "police", "supervisor", "market"):
                assert client(other).get(url).status_code == 404, other
            version = county.get(url).json()["version"]
            paper = county.post(f"{url}/attachments", files={"file": ("卷.txt", b"county's own")})
            assert paper.status_code == 201, paper.text
            worked = county.act(url, "acknowledge", version)
            if worked.status_code == 200:
                version = worked.json()["version"]
            noted = county.patch(url, json={"version": version, "narrative": "县里查到：某某"})
            assert noted.status_code in {200, 403}, noted.text
            # how it stands, and none of what the county finds, writes or attaches
            assert reporter.get(f"{url}/attachments").json()["items"] == []
            assert reporter.get(f"/attachments/{paper.json()['id']}/content").status_code == 404
            timeline = reporter.get(f"{url}/timeline", params={"limit": 200}).json()["items"]
            assert timeline
            assert {key for each in timeline for key in each["data"]} <= {"action", "from", "to"}
            assert reporter.get(f"{url}/red-flags").status_code in {403, 404}
            if Permission.INFORMANT_READ in ROLE_PERMISSIONS[Role(reporter.me["role"])]:
                assert reporter.get(f"{url}/informants").status_code == 404

    def test_nobody_keeps_sight_of_a_lead_about_themselves(self, client):
        for who, subject in (("grid01", "新桥村村委会会计"), ("village01", "新桥村村委会会计")):
            made = self.lead(client(who), subject_name=subject, division_code=self.HOME)
            assert client(who).get(f"/leads/{made['id']}").status_code == 404

    def test_given_back_by_the_county(self, client, grid02):
        reporter, county, office = grid02, client("county"), client("office")
        made = self.lead(reporter, subject_name="平安办", division_code="341522118202")
        url = f"/leads/{made['id']}"
        returned = county.post(f"{url}/returns", json={"reason": "与镇里无关，请镇里办理"})
        assert returned.status_code in {200, 204}, returned.text
        assert office.get(url).status_code == 200
        assert reporter.get(url).status_code == 200
        assert run_sql(
            reporter.running, "SELECT 1 FROM record_access WHERE record_id = $1 AND viewer_id = $2",
            made["id"], reporter.me["post"]["id"],
        )  # fmt: skip


def test_every_business_noun_is_seen_by_one_module(running):
    """Scopes are made into SQL in one place; what a role sees is read nowhere else."""
    from pathlib import Path

    import api

    home = Path(api.__file__).parent
    allowed = {
        "core/database/record_access.py", "core/listing/listing_rows.py", "access/visibility.py", "access/links.py",
        "access/case_rows.py", "access/paper_rows.py",
    }  # fmt: skip
    reading = {
        str(path.relative_to(home))
        for path in home.rglob("*.py")
        if "RecordAccess" in path.read_text()
    }
    assert reading <= allowed
    scoping = {
        str(path.relative_to(home))
        for path in home.rglob("*.py")
        if "ROLE_SCOPE" in path.read_text()
    }
    assert scoping <= {"domain/kit/permissions.py", "domain/kit/actors.py"}
    forging = {
        str(path.relative_to(home))
        for path in home.rglob("*.py")
        if re.search(r"(?<![A-Za-z])Actor\(|replace\(actor|[ (]seated\(", path.read_text())
    }
    # a token read back, a login, a command line's login: nothing else makes one that acts
    assert forging == {
        "domain/kit/actors.py",
        "services/across/departures.py",
        "core/base/security.py",
        "services/organisation/auth.py",
        "services/organisation/operators.py",
    }
