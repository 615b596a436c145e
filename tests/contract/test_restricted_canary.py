"""That a restricted file exists is told to nobody off its list: by no answer, no feed, no export,
no number, no row of a table that others read."""

import asyncio
import io
import re
import zipfile
from collections.abc import Callable, Iterator

import asyncpg
import openpyxl
import pytest

from tests.conftest import Client, logged_in, started
from tests.database import dump, forms
from tests.document import document
from tests.factories import assign, make_lead

#: What a thief would find is what the walk before left.
pytestmark = pytest.mark.steps

CANARY = "金丝雀保护伞线索正文"
REASON = "金丝雀名单变更理由"
ORGAN = "金丝雀纪委全称"
PAPER_NAME, PAPER = "金丝雀附件名称.txt", "金丝雀附件正文"
REMINDER = "金丝雀催办内容"
CANARIES = (CANARY, REASON, ORGAN, PAPER_NAME, PAPER, REMINDER)
OFF_THE_LIST = (
    "leader", "office", "police", "justice", "culture", "finance", "civil", "market", "village01",
    "village02", "grid01", "supervisor", "system_admin", "security_admin", "audit_admin",
)  # fmt: skip
#: Where rows may change when a file is opened: its own tables, answers kept for repetition, and the
#: store of contents, which no answer reads by itself.
OWN = re.compile(r"^(restricted_\w+|idempotency_keys|stored_files)$")
#: Of files, not of records: every answer about these is the same but for who asks.
_SKIPPED = {"/metrics"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One of its own: elsewhere others write at the same time."""
    with started(tmp_path_factory.mktemp("restricted")) as running:
        yield running


@pytest.fixture(scope="module")
def as_(server) -> Iterator[Callable[[str], Client]]:
    with logged_in(server) as people:
        for who in (*OFF_THE_LIST, "county"):
            people(who)
        yield people


@pytest.fixture(scope="module")
def lead(as_) -> dict:
    """A lead that many see: recorded by a grid worker, handled by the police."""
    made = make_lead(as_("grid01"), division_code="341522118201")
    office = as_("office")
    made = office.act(f"/leads/{made['id']}", "register", made["version"]).json()
    return assign(office, made, as_("police"))


def addresses(lead: dict, unit_id: str) -> list[str]:
    """Every GET of the contract, about this lead wherever it asks for a record."""
    found = []
    for path, methods in document()["paths"].items():
        if "get" not in methods or path in _SKIPPED or not path.startswith("/api/v1"):
            continue
        url = path.replace("{unit_id}", unit_id).replace("{year}", "2026")
        url = re.sub(r"\{[a-z_]*(id|key)\}", lead["id"], url)
        found.append(re.sub(r"\{[a-z_]+\}", "x", url).removeprefix("/api/v1"))
    search = f"/leads?q={lead['number']}"
    return [
        *found,
        search,
        "/leads?with_total=true",
        f"/restricted-files/hints?lead_id={lead['id']}",
    ]


def cells(content: bytes) -> object:
    """What a workbook says: its file also holds the minute it was made."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        [
            [_MADE.sub("", each) if isinstance(each, str) else each for each in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book
    ]


_MADE = re.compile(r"导出时间：[\d :-]+")


#: What the clock or the walk itself changes: its downloads and refusals are the audit's own matter.
_CLOCK = re.compile(
    r'"(request_id|last_used_at|last_seen_at|checked_at|as_of|generated_at|computed_at|now|'
    r"next_cursor|prev_cursor|uptime|heartbeat_at|last_run_at|next_run_at|at|time|etag|"
    # the feed looks at so many events at a time, and the walk's own refusals are among them
    r'has_more)":("[^"]*"|[\d.]+|true|false)'
)


def walk(who: Client, paths: list[str]) -> dict[str, object]:
    answers: dict[str, object] = {}
    for path in paths:
        answer = who.get(path)
        kind = answer.headers.get("content-type", "")
        if "json" in kind:
            told: object = _CLOCK.sub(r'"\1":0', answer.text)
        else:
            told = cells(answer.content)
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name in {"etag", "content-type", "x-total", "retry-after"}
        }
        answers[path] = (answer.status_code, headers, told)
    return answers


def feed(who: Client) -> list[tuple]:
    """Every event that somebody is told of, to the end."""
    found: list[tuple] = []
    cursor: dict[str, str] = {}
    while who.get("/events", params=cursor).status_code == 200:
        page = who.get("/events", params={"limit": 200} | cursor).json()
        found += [(each["id"], each["type"], each["subject"]) for each in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
        if not page["has_more"]:
            break
    return found


def audit(admin: Client) -> list[tuple]:
    """What the audit holds, without when: names, paths and people, in order."""
    found: list[tuple] = []
    cursor: dict[str, str] = {}
    while True:
        page = admin.get("/audit/events", params={"limit": 200} | cursor).json()
        found += [
            (each["name"], each["actor_name"], each["subject_id"], str(each["data"]))
            for each in page["items"]
        ]
        if not page["next_cursor"]:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def state(url: str) -> tuple[dict[str, str], dict[str, int | None]]:
    """A digest of every table, and where every sequence stands."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        names = await connection.fetch(
            "SELECT relname, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind IN ('r', 'S')"
        )
        tables, sequences = {}, {}
        for name, kind in names:
            if kind == b"S":
                sequences[name] = await connection.fetchval(f'SELECT last_value FROM "{name}"')
            else:
                tables[name] = await connection.fetchval(
                    f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))"
                    f' FROM "{name}" t'
                )
    finally:
        await connection.close()
    return tables, sequences


def open_and_hand_off(as_, lead: dict) -> dict:
    """The whole life of a file, by the raiser and those on its list."""
    county = as_("county")
    raised = as_("office").post(
        "/restricted-files/hints", json={"lead_id": lead["id"], "kind": "umbrella", "text": CANARY}
    )
    assert raised.status_code == 201, raised.text
    listed = county.get("/restricted-files").json()["items"]
    (found,) = [each for each in listed if each["lead_number"] == lead["number"]]
    url = f"/restricted-files/{found['id']}"
    file = county.get(url).json()
    assert CANARY in str(file)
    leader = as_("leader").me.get("user", as_("leader").me)["id"]
    file = county.post(
        f"{url}/members", json={"user_id": leader, "reason": REASON, "version": file["version"]}
    ).json()
    file = county.post(
        f"{url}/members/{leader}/removals", json={"reason": REASON, "version": file["version"]}
    ).json()
    answer = county.act(
        url, "hand_off", file["version"], organ="discipline", organ_name=ORGAN,
        document_no="1号", handed_on=file["opened_at"][:10], receipt="签收",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    made = county.post(
        f"{url}/attachments", files={"file": (PAPER_NAME, PAPER.encode())}, data={"note": CANARY}
    )
    assert made.status_code == 201, made.text
    fetched = county.get(f"{url}/attachments/{made.json()['id']}/content")
    assert fetched.text == PAPER
    answer = county.act(url, "remind", answer.json()["version"], reason=REMINDER)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nobody_off_the_list_can_tell(as_, server, lead):
    """Everybody reads everything, twice before and once after: what the two walks before answer
    alike, the one after answers alike too; and the audit grew by what the walk itself did."""
    paths = addresses(lead, as_("police").me["unit"]["id"])
    assert len(paths) > 60
    walk_all = lambda: {who: walk(as_(who), paths) for who in OFF_THE_LIST}  # noqa: E731
    feeds = {who: feed(as_(who)) for who in OFF_THE_LIST}
    assert feeds["office"]
    walk_all()
    before_audit = audit(as_("audit_admin"))
    before = walk_all()
    between_audit = audit(as_("audit_admin"))
    tables, sequences = asyncio.run(state(server.owner_url))

    file = open_and_hand_off(as_, lead)

    after_tables, after_sequences = asyncio.run(state(server.owner_url))
    changed = {name for name in tables if tables[name] != after_tables[name]}
    assert {name for name in changed if not OWN.match(name)} == set()
    assert "restricted_files" in changed
    assert after_sequences == sequences
    assert audit(as_("audit_admin")) == between_audit

    after = walk_all()
    after_audit = audit(as_("audit_admin"))
    grown = len(between_audit) - len(before_audit)
    # latest first: what each of the two walks left in the audit
    assert after_audit[:grown] == between_audit[:grown]
    assert len(after_audit) - len(between_audit) == grown
    assert {who: feed(as_(who)) for who in OFF_THE_LIST} == feeds
    own = f"/restricted-files/hints?lead_id={lead['id']}"
    for who in OFF_THE_LIST:
        for path in paths:
            if path == "/audit/events" or (who == "office" and path == own):
                continue
            assert after[who][path] == before[who][path], (who, path)
    # the raiser is told that they raised it, and nothing of the file
    told = str(after["office"][own])
    assert "umbrella" in told
    assert file["id"] not in told
    everything = str(after)
    for canary in (*CANARIES, file["id"]):
        assert canary not in everything
    # the walk finds what there is to be found: somebody on the list reads otherwise
    assert file["id"] in str(walk(as_("county"), ["/restricted-files", "/me/duties"]))


def test_the_numbers_go_on_without_a_gap(as_, server):
    first = make_lead(as_("office"))
    as_("office").post(
        "/restricted-files/hints",
        json={"lead_id": first["id"], "kind": "black_evil", "text": CANARY},
    )
    second = make_lead(as_("office"))
    assert int(second["number"].split("-")[-1]) == int(first["number"].split("-")[-1]) + 1


def test_a_thief_finds_no_word_of_it(as_, server, lead):
    dumped = dump(server.owner_url)
    assert b"restricted_hints" in dumped
    for canary in CANARIES:
        for form in forms(canary):
            assert form not in dumped
            for path in server.home.rglob("*"):
                if path.is_file():
                    assert form not in path.read_bytes(), path


def test_where_the_last_of_the_list_has_left_the_next_in_office_takes_over(as_, server):
    """A file is nobody's only until somebody holds the post again."""
    lead = make_lead(as_("office"))
    body = {"lead_id": lead["id"], "kind": "corruption", "addressee": "supervisor", "text": CANARY}
    assert as_("office").post("/restricted-files/hints", json=body).status_code == 201

    async def moved() -> str:
        connection = await asyncpg.connect(server.owner_url.replace("+asyncpg", ""))
        try:
            file_id = await connection.fetchval(
                "SELECT id FROM restricted_files WHERE lead_id = $1", lead["id"]
            )
            somebody = await connection.fetchval("SELECT id FROM users WHERE username = 'justice'")
            # as if it had been opened under one who has left since
            await connection.execute(
                "UPDATE restricted_members SET user_id = $2 WHERE file_id = $1", file_id, somebody
            )
            await connection.execute(
                "UPDATE restricted_files SET owner_user_id = $2 WHERE id = $1", file_id, somebody
            )
            return str(file_id)
        finally:
            await connection.close()

    file_id = asyncio.run(moved())
    for who in ("county", "leader", "office"):
        assert as_(who).get(f"/restricted-files/{file_id}").status_code == 404
    duties = as_("supervisor").get("/me/duties?kind=restricted_hand_off").json()["items"]
    assert lead["number"] in {each["number"] for each in duties}
    file = as_("supervisor").get(f"/restricted-files/{file_id}").json()
    assert file["owner"]["name"] == "胡正清"
    assert "原知情人都已离岗，由现任接管" in {each["label"] for each in file["history"]}
