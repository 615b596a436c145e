"""Ledgers over HTTP: uploaded, looked at, brought in; never twice, never half."""

import io
from types import SimpleNamespace
from uuid import UUID, uuid4

import openpyxl
import pytest

from tests.conftest import DATA, Client
from tests.ledgers import VICTIM_HEADINGS, book, commit, leads_of, row, send, upload, victim_row
from tests.money import make_case


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
        assert ("所在村", "division_code", "所在村") in {
            (each["heading"], each["field"], each["label"]) for each in columns
        }
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

    def test_where_every_row_is_faulty_nothing_came_in(self, client):
        """Which is no good end; that all came in before is one."""
        office = client("office")
        made = upload(office, book([row(1, 接收时间="昨天"), row(2, 接收时间="前天")]))
        answer = commit(office, made, "good_rows")
        assert (answer.status_code, answer.json()["code"]) == (409, "import_all_faulty")
        assert office.get(f"/imports/{made['id']}").json()["status"] == "preview"
        content = book([row(1), row(2, 接收时间="昨天")])
        assert commit(office, upload(office, content), "good_rows").json()["rows_committed"] == 1
        again = commit(office, upload(office, content), "good_rows").json()
        assert (again["status"], again["rows_committed"]) == ("committed", 0)

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
        assert lead["due_rule"] == "LEAD-UNOWNED", "no unit has a term yet"
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
        from api.domain.imports.imports import ImportMode
        from api.domain.kit.actors import Actor
        from api.domain.kit.permissions import Role
        from api.services.imports import import_rows, imports

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


class TestVictims:
    """A register of victims belongs to a case; the police and the office bring it in."""

    KIND = "victims"

    @pytest.fixture
    def case_id(self, running) -> str:
        return make_case(running)

    def register(self, who: Client, case_id: str) -> list[dict]:
        found, cursor = [], None
        while True:
            query = {"case_id": case_id, "limit": 200, "sort": "id"}
            page = who.get("/victims", params=query | ({"cursor": cursor} if cursor else {})).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    @pytest.mark.parametrize("who", ["police", "office"])
    def test_the_given_register_comes_in_whole_and_only_once(self, client, case_id, who):
        handler = client(who)
        content = (DATA / "受害人登记表.xlsx").read_bytes()
        made = upload(handler, content, kind=self.KIND, case_id=case_id)
        assert made["case"]["id"] == case_id
        states = (made["status"], made["rows_total"], made["rows_good"], made["rows_faulty"])
        assert states == ("preview", 395, 395, 0), made["preview"]["faults"]
        done = commit(handler, made)
        assert done.status_code == 200, done.text
        assert done.json()["rows_committed"] == 395
        found = self.register(handler, case_id)
        assert len(found) == 395
        assert sum(int(v["principal"].replace(".", "")) for v in found) == 2_312_000_000
        assert {v["status"] for v in found} == {"registered"}
        again = upload(handler, content, kind=self.KIND, case_id=case_id)
        assert (again["rows_good"], again["rows_known"]) == (0, 395)
        assert commit(handler, again).json()["rows_committed"] == 0
        assert len(self.register(handler, case_id)) == 395

    def test_a_claim_holds_what_the_row_said(self, client, case_id):
        police = client("police")
        row = victim_row(
            1, "342425195001010019", 备注="亲属13912345678", 银行卡号="6228480402564890018",
            **{"已退本金（元）": 120.5},
        )  # fmt: skip
        made = upload(police, book([row], VICTIM_HEADINGS), kind=self.KIND, case_id=case_id)
        assert commit(police, made).status_code == 200
        (item,) = police.get("/victims", params={"import_id": made["id"]}).json()["items"]
        shown = police.get(f"/victims/{item['id']}").json()
        amounts = [shown[name] for name in ("principal", "returns", "refunds")]
        assert amounts == ["12500.00", "300.00", "120.50"]
        assert (shown["paid_on"], shown["is_elder"]) == ("2021-03-01", True)
        assert (shown["import_id"], shown["import_row"]) == (made["id"], 3)
        for plain in (
            "342425195001010019",
            "13800000001",
            "6228480402564890018",
            "15号",
            "13912345678",
        ):
            assert plain not in str(shown)
        fields = ["name", "id_number", "phone", "account", "address", "note"]
        assert shown["revealable"] == fields
        answer = police.post(
            f"/victims/{item['id']}/reveals", json={"fields": fields, "reason": "电话核实"}
        )
        assert answer.json()["values"] == {
            "name": "王文丁",
            "id_number": "342425195001010019",
            "phone": "13800000001",
            "account": "6228480402564890018",
            "address": "白庙村二组15号",
            "note": "亲属13912345678",
        }
        found = police.get("/victims", params={"q": "342425195001010019", "case_id": case_id})
        assert [v["id"] for v in found.json()["items"]] == [item["id"]]
        assert police.get(f"/victims/{item['id']}/timeline").json()["items"]

    def test_faults_are_flagged_at_their_cells(self, client, case_id):
        police = client("police")
        rows = [
            victim_row(1, "342425195001010019"),
            victim_row(2, "342425195001010012"),
            victim_row(3, None, 姓名=None),
            victim_row(4, None, **{"投资本金（万元）": "很多"}),
            victim_row(5, "342425195001010019"),
            victim_row(6, None),
        ]
        made = upload(police, book(rows, VICTIM_HEADINGS), kind=self.KIND, case_id=case_id)
        assert (made["rows_good"], made["rows_faulty"], made["rows_warned"]) == (2, 4, 3)
        faulty = police.get(f"/imports/{made['id']}/rows", params={"state": "faulty"}).json()
        errors = [
            fault["field"]
            for row in faulty["items"]
            for fault in row["faults"]
            if fault["severity"] == "error"
        ]
        assert errors == ["id_number", "name", "principal", "id_number"]
        assert commit(police, made).json()["code"] == "import_has_faults"
        assert self.register(police, case_id) == []
        assert commit(police, made, "good_rows").json()["rows_committed"] == 2
        assert len(self.register(police, case_id)) == 2

    def test_who_is_registered_already_is_met_not_doubled(self, client, case_id):
        police = client("police")
        by_hand = {
            "case_id": case_id,
            "name": "王文秀",
            "id_number": "342425195001010019",
            "principal": "1.00",
        }
        assert police.post("/victims", json=by_hand).status_code == 201
        rows = [victim_row(1, "342425195001010019"), victim_row(2, None)]
        made = upload(police, book(rows, VICTIM_HEADINGS), kind=self.KIND, case_id=case_id)
        assert (made["rows_edited"], made["rows_good"]) == (1, 1)
        assert commit(police, made, on_edited="add").json()["rows_committed"] == 1
        assert len(self.register(police, case_id)) == 2

    def test_who_lost_money_in_two_cases_stands_in_both(self, client, running, case_id):
        police = client("police")
        content = book([victim_row(1, "342425195001010019")], VICTIM_HEADINGS)
        for case in (case_id, make_case(running)):
            made = upload(police, content, kind=self.KIND, case_id=case)
            assert made["rows_good"] == 1
            assert commit(police, made).json()["rows_committed"] == 1

    def test_the_case_is_asked_for_and_must_be_seen(self, client, running):
        police = client("police")
        content = book([victim_row(1, None)], VICTIM_HEADINGS)
        answer = send(police, content, kind=self.KIND)
        assert (answer.status_code, answer.json()["code"]) == (422, "case_missing")
        unseen = make_case(running, seen=False)
        assert send(police, content, kind=self.KIND, case_id=unseen).status_code == 404
        office = client("office")
        answer = send(office, book([row(1)]), kind="leads", case_id=unseen)
        assert (answer.status_code, answer.json()["code"]) == (422, "case_not_wanted")

    def test_each_ledger_asks_for_its_own_right(self, client, case_id):
        """The police bring in the registers of their cases, not the ledgers of the town."""
        for kind in ("leads", "risk_entities"):
            assert send(client("police"), book([row(1)]), kind=kind).status_code == 403
        content = book([victim_row(1, None)], VICTIM_HEADINGS)
        for who in ("market", "leader", "finance", "village01"):
            assert send(client(who), content, kind=self.KIND, case_id=case_id).status_code == 403

    def test_the_police_see_their_own_imports_only(self, client, case_id):
        office, police = client("office"), client("police")
        content = book([victim_row(1, None)], VICTIM_HEADINGS)
        theirs = upload(office, content, kind=self.KIND, case_id=case_id)
        own = upload(police, content, kind=self.KIND, case_id=case_id)
        assert police.get(f"/imports/{theirs['id']}").status_code == 404
        assert police.get(f"/imports/{theirs['id']}/rows").status_code == 404
        assert commit(police, theirs).status_code == 404
        listed = {item["id"] for item in police.get("/imports").json()["items"]}
        assert own["id"] in listed
        assert theirs["id"] not in listed
        assert own["id"] in {item["id"] for item in office.get("/imports").json()["items"]}
