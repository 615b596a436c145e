"""Ledgers over HTTP: uploaded, looked at, brought in; never twice, never half."""

import io
import time
from types import SimpleNamespace
from uuid import UUID, uuid4

import openpyxl
import pytest

from tests.conftest import DATA, Client

HEADINGS = ["序号", "来源", "接收时间", "举报方式", "举报人", "联系电话", "反映对象", "类别", "问题描述", "涉案金额（万元）", "所在村", "承办单位"]  # fmt: skip


def book(rows: list[list[object]], headings: list[str] = HEADINGS) -> bytes:
    made = openpyxl.Workbook()
    made.active.append(["线索台账"])
    made.active.append(headings)
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def row(n: int, **over) -> list[object]:
    cells = dict(
        zip(
            HEADINGS,
            [n, "12345", "2022-09-01", "匿名", None, None, f"对象{uuid4().hex[:8]}", "保健品", f"情况{uuid4().hex}", 1.5, "白庙村", "派出所"],
            strict=True,
        )
    )  # fmt: skip
    return list((cells | over).values())


def wait(office: Client, made: dict) -> dict:
    for _ in range(150):
        made = office.get(f"/imports/{made['id']}").json()
        if made["status"] != "parsing":
            return made
        time.sleep(0.2)
    raise AssertionError("still parsing")


def upload(office: Client, content: bytes, name: str = "台账.xlsx", kind: str = "leads") -> dict:
    answer = office.post("/imports", data={"kind": kind}, files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "parsing"
    return wait(office, answer.json())


def commit(office: Client, made: dict, mode: str = "strict", **rest):
    return office.act(f"/imports/{made['id']}", "commit", made["version"], mode=mode, **rest)


def leads_of(office: Client, made: dict) -> list[dict]:
    found, cursor = [], None
    while True:
        query = {"import_id": made["id"], "limit": 200} | ({"cursor": cursor} if cursor else {})
        page = office.get("/leads", params=query).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


class TestUpload:
    def test_anonymous_is_refused(self, anonymous):
        assert (
            anonymous.post("/imports", data={"kind": "leads"}, files={"file": b"x"}).status_code
            == 401
        )

    @pytest.mark.parametrize("who", ["leader", "police", "village01", "county", "audit_admin"])
    def test_roles_without_the_right_are_refused(self, client, who):
        answer = client(who).post("/imports", data={"kind": "leads"}, files={"file": b"x"})
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"%PDF-1.4 x", "not_a_spreadsheet"),
            (b"PK\x03\x04garbage", "file_corrupt"),
            ("甲,乙\n1,2\n".encode(), "header_not_found"),
        ],
    )
    def test_what_cannot_be_read_says_why(self, client, content, code):
        made = upload(client("office"), content)
        assert made["status"] == "failed"
        assert made["failure_code"] == code
        assert made["failure_message"]
        assert [a["action"] for a in made["available_actions"]] == ["cancel"]

    def test_an_empty_file_is_refused_at_once(self, client):
        answer = client("office").post(
            "/imports", data={"kind": "leads"}, files={"file": ("a.csv", b"")}
        )
        assert answer.json()["code"] == "file_empty"

    def test_the_preview_tells_what_was_understood_without_personal_data(self, client):
        office = client("office")
        phone = "13812345678"
        made = upload(
            office,
            book([row(1, 举报方式="实名", 举报人="王文秀", 联系电话=phone), row(2, 联系电话="12")]),
        )
        assert (made["status"], made["rows_good"], made["rows_faulty"]) == ("preview", 1, 1)
        columns = made["preview"]["sheets"][0]["columns"]
        assert {"heading": "所在村", "field": "division_code", "label": "所在村"} in columns
        assert made["preview"]["faults"][0]["code"] in {"bad_phone", "anonymous_with_name"}
        rows = office.get(f"/imports/{made['id']}/rows").json()["items"]
        assert [r["state"] for r in rows] == ["good", "faulty"]
        assert rows[0]["cells"]["amount_involved"] == "15000.00"
        told = str(rows) + str(made)
        assert phone not in told
        assert "王文秀" not in told
        faulty = office.get(f"/imports/{made['id']}/rows", params={"state": "faulty", "limit": 1})
        assert [f["code"] for f in faulty.json()["items"][0]["faults"]] == ["bad_phone"]


class TestCommit:
    def test_strict_leaves_nothing_when_anything_is_wrong(self, client):
        office = client("office")
        made = upload(office, book([row(1), row(2, 接收时间="昨天")]))
        answer = commit(office, made)
        assert (answer.status_code, answer.json()["code"]) == (409, "import_has_faults")
        assert leads_of(office, made) == []
        again = office.get(f"/imports/{made['id']}").json()
        assert (again["status"], again["version"]) == ("preview", made["version"])

    def test_good_rows_come_in_as_registered_with_the_unit_as_proposal(self, client):
        office = client("office")
        made = upload(office, book([row(1), row(2, 接收时间="昨天"), row(3)]))
        answer = commit(office, made, "good_rows")
        assert answer.status_code == 200, answer.text
        assert answer.json()["rows_committed"] == 2
        found = leads_of(office, made)
        assert len(found) == 2
        assert {lead["status"] for lead in found} == {"registered"}
        assert {lead["proposed_unit"]["name"] for lead in found} == {
            client("police").me["unit"]["name"]
        }
        assert {lead["amount_involved"] for lead in found} == {"15000.00"}
        lead = office.get(f"/leads/{found[0]['id']}").json()
        assert lead["received_has_time"] is False
        assert lead["due_on"] is None
        assert lead["import_row"] in {3, 5}

    def test_the_same_file_again_adds_nothing(self, client):
        office = client("office")
        content = book([row(1), row(2)])
        first = upload(office, content)
        assert commit(office, first).json()["rows_committed"] == 2
        again = upload(office, content)
        assert (again["rows_known"], again["rows_good"]) == (2, 0)
        assert commit(office, again).json()["rows_committed"] == 0
        assert leads_of(office, again) == []

    def test_an_edited_row_asks(self, client):
        office = client("office")
        rows = [row(1), row(2), row(3)]
        assert commit(office, upload(office, book(rows))).status_code == 200
        rows[1][9] = 99
        new = row(4)
        made = upload(office, book([*rows, new]))
        assert (made["rows_known"], made["rows_edited"], made["rows_good"]) == (2, 1, 1)
        answer = commit(office, made)
        assert (answer.status_code, answer.json()["code"]) == (409, "edited_rows_undecided")
        answer = commit(office, made, on_edited="skip")
        assert answer.json()["rows_committed"] == 1

    def test_edited_rows_can_be_added(self, client):
        office = client("office")
        rows = [row(1)]
        assert commit(office, upload(office, book(rows))).status_code == 200
        rows[0][2] = "2022-09-02"
        made = upload(office, book(rows))
        assert commit(office, made, on_edited="add").json()["rows_committed"] == 1

    def test_commit_twice_is_refused(self, client):
        office = client("office")
        made = upload(office, book([row(1)]))
        done = commit(office, made)
        assert done.status_code == 200
        assert commit(office, made).json()["code"] == "stale_version"
        assert commit(office, done.json()).json()["code"] == "transition_not_allowed"

    def test_two_imports_of_one_file_at_once_bring_it_in_once(self, client):
        from concurrent.futures import ThreadPoolExecutor

        office = client("office")
        content = book([row(n) for n in range(20)])
        made = [upload(office, content) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda one: commit(office, one), made))
        assert sorted(a.json()["rows_committed"] for a in answers) == [0, 20]

    # SQLAlchemy's own note about a predicate bound outside of a statement, seen in-process only.
    @pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
    async def test_a_failure_half_way_leaves_nothing(self, client, session, monkeypatch):
        from api.domain.actors import Actor
        from api.domain.imports import ImportMode
        from api.domain.permissions import Role
        from api.services import import_rows, imports

        office = client("office")
        made = upload(office, book([row(n) for n in range(20)]))
        me = office.me
        actor = Actor(
            "user", UUID(me["user"]["id"]), "镇专项办", UUID(me["post"]["id"]),
            UUID(me["unit"]["id"]), Role.OFFICE, "341522118", uuid4(),
        )  # fmt: skip
        real, calls = import_rows._remember, []

        async def failing(*given):
            calls.append(given)
            if len(calls) == 3:
                raise RuntimeError("the machine stops here")
            await real(*given)

        monkeypatch.setattr(import_rows, "_BATCH", 5)
        monkeypatch.setattr(import_rows, "_remember", failing)
        body = SimpleNamespace(
            action="commit", version=made["version"], mode=ImportMode.STRICT, on_edited=None
        )
        with pytest.raises(RuntimeError):
            await imports.transition(session, actor, UUID(made["id"]), body)
        await session.rollback()
        assert leads_of(office, made) == []
        assert office.get(f"/imports/{made['id']}").json()["status"] == "preview"
        assert commit(office, made).json()["rows_committed"] == 20

    def test_cancel_drops_the_file(self, client):
        office = client("office")
        made = upload(office, book([row(1)]))
        answer = office.act(f"/imports/{made['id']}", "cancel", made["version"])
        assert answer.json()["status"] == "cancelled"
        assert office.get(f"/imports/{made['id']}/rows").json()["items"] == []
        assert (
            office.get(f"/imports/{made['id']}/annotated").json()["code"]
            == "annotated_not_available"
        )


class TestGivenLedger:
    def test_the_townships_ledger_comes_in_whole(self, client):
        office = client("office")
        made = upload(office, (DATA / "线索台账.xlsx").read_bytes())
        assert (made["rows_total"], made["rows_faulty"]) == (120, 0), made["preview"]["faults"]
        assert commit(office, made).json()["rows_committed"] == 120
        found = leads_of(office, made)
        total = sum(int(lead["amount_involved"].replace(".", "")) for lead in found)
        assert total == 9_651_600_00

    def test_the_risk_list_comes_in_whole_and_only_once(self, client):
        office = client("office")
        content = (DATA / "风险管控名单.xlsx").read_bytes()
        made = upload(office, content, kind="risk_entities")
        assert (made["rows_total"], made["rows_faulty"]) == (60, 0), made["preview"]["faults"]
        done = commit(office, made, on_edited="skip")
        assert done.status_code == 200, done.text
        assert done.json()["rows_committed"] == 60 - made["rows_edited"]
        found = office.get("/risk-entities", params={"import_id": made["id"], "limit": 200}).json()
        assert len(found["items"]) == done.json()["rows_committed"]
        assert sum(entity["status"] == "listed" for entity in found["items"]) == len(found["items"])
        again = upload(office, content, kind="risk_entities")
        assert again["rows_good"] == 0
        assert commit(office, again, on_edited="add").json()["rows_committed"] == 0

    def test_a_company_that_is_there_already_is_met_not_doubled(self, client):
        office = client("office")
        heads = ["名称", "统一社会信用代码", "风险等级", "地址"]
        rows = [["某某养老公寓", "91110000600037341L", "黄", "众兴集镇白庙村1号"]]
        assert (
            commit(office, upload(office, book(rows, heads), kind="risk_entities")).json()[
                "rows_committed"
            ]
            == 1
        )
        other = [
            ["某某养老公寓（更名）", "91110000600037341L", "红", "众兴集镇大塘村2号"],
            rows[0],
            rows[0],
        ]
        made = upload(office, book(other, heads), kind="risk_entities")
        states = (made["rows_edited"], made["rows_faulty"], made["rows_known"])
        assert states == (1, 1, 1)
        answer = commit(office, made, "good_rows", on_edited="add")
        assert answer.json()["rows_committed"] == 0

    def test_the_faulty_one_comes_back_red(self, client):
        office = client("office")
        made = upload(office, (DATA / "线索台账-含错误.xlsx").read_bytes())
        assert made["rows_faulty"] == 48
        answer = office.get(f"/imports/{made['id']}/annotated")
        assert answer.status_code == 200
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        red = [
            c for line in sheet.iter_rows() for c in line if c.fill.start_color.rgb == "FFFFC7CE"
        ]
        assert len(red) == 48
