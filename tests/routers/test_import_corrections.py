"""Ledgers that a person corrects: odd layouts are mapped once, rows decided one by one, and what
stands in a file is its sender's alone."""

import io
from uuid import uuid4

import asyncpg
import httpx
import openpyxl
import pytest

from tests.conftest import Client
from tests.factories import make_lead
from tests.ledgers import (
    ODD,
    VICTIM_HEADINGS,
    book,
    commit,
    leads_of,
    odd,
    row,
    sheet,
    upload,
    victim_row,
    wait,
)
from tests.money import make_case, make_item


def mapped(index: int = 0, **over) -> dict:
    columns = {
        0: "received_on",
        1: "channel",
        2: "subject_name",
        3: "categories",
        4: "narrative",
        5: "amount_involved",
        6: "division_code",
    }
    return {"index": index, "header": [2, 2], "columns": columns, "units": {"5": "10000"}} | over


def correct(who: Client, made: dict, *sheets: dict, **over) -> httpx.Response:
    body = {"version": made["version"], "sheets": list(sheets)} | over
    return who.post(f"/imports/{made['id']}/corrections", json=body)


def corrected(who: Client, made: dict, *sheets: dict, **over) -> dict:
    answer = correct(who, made, *sheets, **over)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "parsing"
    return wait(who, answer.json())


def rows_of(who: Client, made: dict, **query) -> list[dict]:
    answer = who.get(f"/imports/{made['id']}/rows", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.fixture
def office(client) -> Client:
    office = client("office")
    for template in office.get("/import-templates").json()["items"]:
        assert office.delete(f"/import-templates/{template['id']}").status_code == 204
    return office


@pytest.fixture(scope="module")
def colleague(running, client) -> Client:
    """Another person of the same office, in a post of the same role."""
    system = client("system_admin")
    unit = client("office").me["unit"]["id"]
    name = f"t{uuid4().hex[:8]}"
    user = system.post("/users", json={"username": name, "name": "程某某"}).json()
    body = {"code": name, "name": "镇专项办副主任", "role": "office", "unit_id": unit}
    post = system.post("/posts", json=body)
    assert post.status_code == 201, post.text
    holder = {"version": post.json()["version"], "user_id": user["id"]}
    given = system.post(f"/posts/{post.json()['id']}/holders", json=holder)
    assert given.status_code == 201, given.text
    answer = httpx.post(
        f"{running.api}/auth/token",
        data={
            "grant_type": "password",
            "username": name,
            "password": user["temporary_password"],
        },
    )
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    made = Client(base_url=running.api, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    made.me = made.get("/me").json()
    return made


class TestMapping:
    def test_an_unknown_layout_asks_for_its_columns(self, office):
        made = upload(office, odd("甲某"))
        assert made["status"] == "needs_mapping"
        assert made["failure_code"] in {"header_not_found", "columns_missing"}
        assert {a["action"] for a in made["available_actions"]} == {"read_again", "cancel"}
        seen = office.get(f"/imports/{made['id']}/sheets").json()
        assert seen["sheets"][0]["lines"][1]["cells"][:3] == ODD[:3]
        assert {"subject_name", "amount_involved"} <= {f["field"] for f in seen["fields"]}

    def test_who_maps_it_once_is_understood(self, office):
        made = corrected(office, upload(office, odd("乙某")), mapped())
        assert (made["status"], made["rows_good"]) == ("preview", 1), made
        assert made["is_corrected"]
        assert commit(office, made).status_code == 200
        (lead,) = leads_of(office, made)
        assert (lead["subject_name"], lead["amount_involved"]) == ("乙某", "30000.00")

    def test_the_next_file_of_that_shape_is_read_by_the_template(self, office):
        first = upload(office, odd("丙某"))
        corrected(office, first, mapped(), template_name="某镇接报表")
        # the same heading on another line: no title above it
        made = upload(office, odd("丁某", title=False))
        assert (made["status"], made["rows_good"]) == ("preview", 1), made
        assert made["preview"]["sheets"][0]["template"]["name"] == "某镇接报表"
        assert rows_of(office, made)[0]["cells"]["amount_involved"] == "30000.00"
        (kept,) = office.get("/import-templates").json()["items"]
        assert (kept["name"], kept["used"] >= 1) == ("某镇接报表", True)

    def test_a_template_can_be_left_aside_renamed_and_deleted(self, office):
        corrected(office, upload(office, odd("戊某")), mapped(), template_name="甲")
        made = upload(office, odd("己某"))
        answer = office.act(
            f"/imports/{made['id']}", "read_again", made["version"], uses_templates=False
        )
        assert answer.status_code == 200, answer.text
        assert wait(office, answer.json())["status"] == "needs_mapping"
        (kept,) = office.get("/import-templates").json()["items"]
        url = f"/import-templates/{kept['id']}"
        stale = office.patch(url, json={"version": kept["version"] + 1, "name": "乙"})
        assert stale.json()["code"] == "stale_version"
        renamed = office.patch(url, json={"version": kept["version"], "name": "乙"})
        assert renamed.json()["name"] == "乙"
        assert office.delete(url).status_code == 204
        assert office.delete(url).status_code == 404
        assert upload(office, odd("庚某"))["status"] == "needs_mapping"

    def test_another_unit_in_the_heading_is_another_shape(self, office):
        heads = [*ODD[:5], "投资总额（元）", ODD[6]]
        corrected(office, upload(office, odd("辛某")), mapped(), template_name="万元的表")
        data = ["2022-09-01", "12345", "壬某", "保健品", "情况", 3, "白庙村"]
        assert upload(office, sheet(heads, data))["status"] == "needs_mapping"

    def test_a_heading_over_two_lines(self, office):
        content = sheet(
            ["接报", None, "被举报", None, None, "钱"],
            ["日子", "从哪儿来", "谁", "案由", "说了什么", "数"],
            ["2022-09-01", "12345", "癸某", "保健品", f"情况{uuid4().hex}", 3],
            merged=("A1:B1", "C1:E1"),
        )
        columns = {k: v for k, v in mapped()["columns"].items() if k < 6}
        made = upload(office, content)
        made = corrected(
            office, made, mapped(header=[1, 2], columns=columns), template_name="两行表头"
        )
        assert (made["status"], made["rows_good"]) == ("preview", 1), made
        again = upload(office, content)
        assert again["preview"]["sheets"][0]["template"]["name"] == "两行表头"

    def test_rows_are_left_out_and_taken_in(self, office):
        total = ["2022-09-02", "12345", "合计某", "保健品", "情况", 3, "白庙村"]
        made = upload(office, odd("子某", total))
        made = corrected(office, made, mapped(rows_out=[3], rows_in=[4]))
        shown = rows_of(office, made)
        assert [each["row"] for each in shown] == [4]

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"columns": {0: "no_such"}}, "field_unknown"),
            ({"columns": {0: "channel", 1: "channel"}}, "field_twice"),
            ({"header": [9, 2]}, "header_lines"),
            ({"rows_out": [3], "rows_in": [3]}, "row_both"),
            ({"units": {"5": "0"}}, "greater_than"),
            ({"header": [0, 1]}, "greater_than_equal"),
        ],
    )
    def test_what_cannot_be_followed_is_refused_whole(self, office, over, code):
        made = upload(office, odd("丑某"))
        answer = correct(office, made, mapped(**over))
        assert answer.status_code == 422, answer.text
        assert code in {error["code"] for error in answer.json()["errors"]}
        assert office.get(f"/imports/{made['id']}").json()["version"] == made["version"]

    def test_a_correction_needs_a_file_that_waits(self, office):
        made = upload(office, book([row(1)]))
        stale = correct(office, made | {"version": 99}, mapped())
        assert stale.json()["code"] == "stale_version"
        done = commit(office, made).json()
        answer = correct(office, done, mapped())
        assert (answer.status_code, answer.json()["code"]) == (409, "transition_not_allowed")
        assert office.get(f"/imports/{made['id']}/sheets").status_code == 409

    def test_a_required_column_that_nobody_named_is_asked_for_again(self, office):
        columns = {k: v for k, v in mapped()["columns"].items() if v != "narrative"}
        made = corrected(office, upload(office, odd("寅某")), mapped(columns=columns))
        assert (made["status"], made["failure_code"]) == ("needs_mapping", "columns_missing")
        assert "问题描述" in made["failure_message"]


class TestDecisions:
    def edited(self, office: Client, count: int = 2) -> dict:
        rows = [row(n) for n in range(count)]
        assert commit(office, upload(office, book(rows))).status_code == 200
        for each in rows:
            each[9] = 77
        made = upload(office, book(rows))
        assert made["rows_edited"] == made["rows_undecided"] == count
        return made

    def decide(self, office: Client, made: dict, decision: str, positions=None):
        body = {"version": made["version"], "decision": decision, "positions": positions}
        return office.post(f"/imports/{made['id']}/decisions", json=body)

    def test_row_by_row(self, office):
        made = self.edited(office)
        shown = rows_of(office, made, state="edited")
        assert shown[0]["decisions"] == ["skip", "add"]
        made = self.decide(office, made, "add", [shown[0]["position"]]).json()
        assert made["rows_undecided"] == 1
        refused = commit(office, made)
        assert refused.json()["code"] == "edited_rows_undecided"
        assert [each["row"] for each in refused.json()["rows"]] == [shown[1]["row"]]
        made = self.decide(office, made, "skip").json()
        assert made["rows_undecided"] == 0
        assert commit(office, made).json()["rows_committed"] == 1

    def test_only_rows_that_ask(self, office):
        made = self.edited(office)
        assert self.decide(office, made, "skip", [999]).json()["code"] == "rows_not_edited"
        answer = self.decide(office, made, "update")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_updatable")

    def entities(self, office: Client, name: str, elders: int) -> bytes:
        return book([[name, "绿", elders]], ["名称", "风险等级", "服务老人数"])

    def test_an_entity_takes_over_what_the_row_says(self, office):
        name = f"某某养老院{uuid4().hex[:6]}"
        first = upload(office, self.entities(office, name, 10), kind="risk_entities")
        assert commit(office, first).json()["rows_committed"] == 1
        made = upload(office, self.entities(office, name, 12), kind="risk_entities")
        (shown,) = rows_of(office, made)
        assert (shown["state"], "update" in shown["decisions"]) == ("edited", True)
        made = self.decide(office, made, "update").json()
        assert commit(office, made).status_code == 200
        entity = office.get(f"/risk-entities/{shown['record_id']}").json()
        assert entity["elders_served"] == 12
        again = upload(office, self.entities(office, name, 12), kind="risk_entities")
        assert again["rows_known"] == 1

    def test_what_an_update_cannot_change_names_the_row(self, office):
        name = f"某某养老院{uuid4().hex[:6]}"
        heads = ["名称", "风险等级"]
        assert (
            commit(office, upload(office, book([[name, "绿"]], heads), kind="risk_entities"))
        ).status_code == 200
        made = upload(office, book([[name, "红"]], heads), kind="risk_entities")
        made = self.decide(office, made, "update").json()
        answer = commit(office, made)
        assert (answer.status_code, answer.json()["code"]) == (409, "import_row_refused")
        assert "第 3 行" in answer.json()["detail"]
        assert "风险等级" in answer.json()["detail"]


class TestPreview:
    def test_faults_tell_their_cells_and_come_first(self, office):
        made = upload(office, book([row(1), row(2, 接收时间="昨天"), row(3)]))
        shown = rows_of(office, made, faulty_first=True, limit=2)
        assert [each["state"] for each in shown] == ["faulty", "good"]
        assert shown[0]["faults"][0]["address"] == "C4"
        assert shown[0]["sheet_name"] == "Sheet"
        page = office.get(
            f"/imports/{made['id']}/rows", params={"faulty_first": True, "limit": 2}
        ).json()
        rest = rows_of(office, made, faulty_first=True, limit=2, cursor=page["next_cursor"])
        assert len({each["row"] for each in [*page["items"], *rest]}) == 3

    def test_one_amount_for_a_couple_is_found_before_the_commit(self, client, running):
        made = openpyxl.Workbook()
        sheet = made.active
        for line in (
            ["序号", "姓名", "投资金额（元）"],
            [1, "周某", 30000],
            [2, "吴某", None],
        ):
            sheet.append(line)
        sheet.merge_cells("C2:C3")
        out = io.BytesIO()
        made.save(out)
        police = client("police")
        found = upload(police, out.getvalue(), kind="victims", case_id=make_case(running))
        assert (found["rows_good"], found["rows_faulty"]) == (1, 1)
        (faulty,) = rows_of(police, found, state="faulty")
        assert faulty["row"] == 3
        assert "合并" in str(faulty["faults"])
        assert commit(police, found, "good_rows").json()["rows_committed"] == 1

    @pytest.mark.parametrize(
        ("kind", "heads", "values", "field"),
        [
            (
                "risk_entities",
                ["名称", "风险等级", "地址"],
                ["某某院", "绿", "路" * 250],
                "address",
            ),
            (
                "risk_entities",
                ["名称", "风险等级", "服务老人数"],
                ["某某院", "绿", 99_999_999],
                "elders_served",
            ),
        ],
    )
    def test_what_the_form_refuses_is_found_before_the_commit(
        self, office, kind, heads, values, field
    ):
        made = upload(office, book([values], heads), kind=kind)
        (shown,) = rows_of(office, made)
        assert shown["state"] == "faulty"
        assert field in {fault["field"] for fault in shown["faults"]}

    async def test_what_the_database_refuses_names_the_row(self, client, running, office):
        """A number that somebody else takes between the preview and the commit."""
        made = upload(office, book([row(n) for n in range(3)]))
        connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        await connection.execute(
            "ALTER TABLE leads ADD CONSTRAINT trial CHECK (import_row IS DISTINCT FROM 4) NOT VALID"
        )
        try:
            answer = commit(office, made)
        finally:
            await connection.execute("ALTER TABLE leads DROP CONSTRAINT trial")
            await connection.close()
        assert (answer.status_code, answer.json()["code"]) == (409, "import_row_refused")
        assert (answer.json()["row"], answer.json()["sheet"]) == (4, "Sheet")
        assert commit(office, made).status_code == 200


class TestTheUploadersAlone:
    PHONE = "13712340001"
    NAME = "贾某某"

    def given(self, office: Client) -> dict:
        rows = [
            row(1, 举报方式="实名", 举报人=self.NAME, 联系电话=self.PHONE),
            row(2, 举报方式="实名", 举报人=self.NAME, 接收时间="昨天"),
        ]
        return upload(office, book(rows), name=f"{self.NAME}举报.xlsx")

    def test_nobody_else_looks_into_it(self, office, colleague):
        made = self.given(office)
        assert made["filename"] == f"{self.NAME}举报.xlsx"
        url = f"/imports/{made['id']}"
        theirs = colleague.get(url).json()
        assert (theirs["preview"], theirs["is_uploader"]) == (None, False)
        assert self.NAME not in str(theirs)
        assert self.NAME not in colleague.get("/imports").text
        assert self.NAME not in office.get("/imports").text
        for below in ("/rows", "/annotated", "/sheets"):
            answer = colleague.get(url + below)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_uploader")
        assert commit(colleague, made, "good_rows").json()["code"] == "not_uploader"
        assert correct(colleague, made, mapped()).json()["code"] == "not_uploader"
        body = {"version": made["version"], "decision": "skip"}
        assert colleague.post(f"{url}/decisions", json=body).json()["code"] == "not_uploader"
        assert [a["action"] for a in theirs["available_actions"]] == ["cancel"]
        assert colleague.act(url, "cancel", made["version"]).status_code == 200

    async def test_what_came_in_leaves_nothing_behind(self, office, colleague, running):
        made = self.given(office)
        assert commit(office, made, "good_rows").json()["rows_committed"] == 1
        for who in (office, colleague):
            told = who.get(f"/imports/{made['id']}").text
            told += who.get(f"/imports/{made['id']}/rows").text
            copy = who.get(f"/imports/{made['id']}/annotated")
            assert copy.status_code == 200, copy.text
            for page in openpyxl.load_workbook(io.BytesIO(copy.content)):
                for line in page.iter_rows():
                    told += str([(c.value, c.comment and c.comment.text) for c in line])
            assert self.NAME not in told
            assert self.PHONE not in told
            assert "校验结果" in told
        connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        import_id = made["id"]
        counts = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM import_files WHERE import_id = $1),"
            " (SELECT count(own_name_enc) FROM imports WHERE id = $1)",
            import_id,
        )
        assert tuple(counts) == (0, 0)
        stored = await connection.fetchval("SELECT filename FROM imports WHERE id = $1", import_id)
        assert self.NAME not in stored
        await connection.close()

    async def test_what_cannot_be_read_is_not_kept(self, office, running):
        made = upload(office, b"PK\x03\x04garbage")
        connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
        query = "SELECT count(*) FROM import_files WHERE import_id = $1"
        assert await connection.fetchval(query, made["id"]) == 0
        await connection.close()

    def test_of_a_victim_nothing_stays_but_the_claim(self, client, running):
        police = client("police")
        rows = [
            victim_row(1, "342425195001010019", 姓名="贾某某"),
            victim_row(2, None, 姓名="郑某某", **{"投资本金（万元）": "很多"}),
        ]
        content = book(rows, VICTIM_HEADINGS)
        made = upload(police, content, kind="victims", case_id=make_case(running))
        assert commit(police, made, "good_rows").json()["rows_committed"] == 1
        copy = police.get(f"/imports/{made['id']}/annotated")
        told = police.get(f"/imports/{made['id']}/rows").text
        for line in openpyxl.load_workbook(io.BytesIO(copy.content)).active.iter_rows():
            told += str([c.value for c in line])
        for plain in ("郑某某", "13800000002", "二组15号", "342425195001010019"):
            assert plain not in told


class TestKept:
    """What the preview promises to keep can be read again by who may."""

    def test_columns_that_the_ledger_does_not_know(self, client, running):
        police = client("police")
        content = book(
            [["贺某某", 5000, "某农商行6228480000000000018", "亲属电话13800138001"]],
            ["姓名", "投资金额（元）", "开户行及账号", "怎么找到本人"],
        )
        made = upload(police, content, kind="victims", case_id=make_case(running))
        assert commit(police, made).status_code == 200
        (item,) = police.get("/victims", params={"import_id": made["id"]}).json()["items"]
        shown = police.get(f"/victims/{item['id']}").json()
        assert "13800138001" not in shown["note"]
        assert "note" in shown["revealable"]
        answer = police.post(
            f"/victims/{item['id']}/reveals", json={"fields": ["note"], "reason": "核对登记"}
        )
        assert "13800138001" in answer.json()["values"]["note"]
        assert "6228480000000000018" in str(answer.json()["values"]) + str(
            police.post(
                f"/victims/{item['id']}/reveals",
                json={"fields": shown["revealable"], "reason": "核对登记"},
            ).json()
        )

    def test_a_number_under_a_heading_of_another_name(self, client, running):
        """It is kept as it stands, right or wrong: nobody told the ledger what it is."""
        police = client("police")
        heads = [
            "序号",
            "姓名",
            "公民身份证号码",
            "手机号/联系电话",
            "投资金额（元）",
            "开户行及账号",
        ]
        line = [
            1,
            "贺某某",
            "341522194506071513",
            "13800138001",
            5000,
            "某农商行6228480000000000018",
        ]
        content = book([line], heads)
        made = upload(police, content, kind="victims", case_id=make_case(running))
        assert commit(police, made, "good_rows").json()["rows_committed"] == 1
        (item,) = police.get("/victims", params={"import_id": made["id"]}).json()["items"]
        shown = police.get(f"/victims/{item['id']}").json()
        assert "note" in shown["revealable"]
        asked = {"fields": shown["revealable"], "reason": "核对登记"}
        plain = str(police.post(f"/victims/{item['id']}/reveals", json=asked).json()["values"])
        for each in [*line[2:4], "6228480000000000018"]:
            assert str(each) not in str(shown)
            assert str(each) in plain


class TestOurOwnExport:
    def home(self, office: Client, path: str, kind: str) -> dict:
        answer = office.get(path)
        assert answer.status_code == 200
        made = upload(office, answer.content, kind=kind)
        assert made["status"] == "preview", made
        return made

    def test_entities_are_known_with_code_or_without(self, office):
        body = {
            "name": f"某某老年公寓{uuid4().hex[:6]}",
            "kind": "institution",
            "industry": "elder_care",
            "registration": "unregistered",
            "tier": "yellow",
            "responsible_person": "钱某某",
            "prepaid_amount": "12345.67",
        }
        entity = office.post("/risk-entities", json=body)
        assert entity.status_code == 201
        made = self.home(office, "/risk-entities/exports.xlsx", "risk_entities")
        assert made["rows_good"] == made["rows_faulty"] == 0
        assert commit(office, made, on_edited="skip").json()["rows_committed"] == 0
        alone = f"/risk-entities/exports.xlsx?q={entity.json()['number']}"
        made = self.home(office, alone, "risk_entities")
        assert made["rows_known"] == made["rows_total"] == 1

    def test_leads_are_known_by_their_number(self, office):
        commit(office, upload(office, book([row(1), row(2)])))
        made = self.home(office, "/leads/exports.xlsx", "leads")
        assert made["rows_good"] == made["rows_faulty"] == 0, rows_of(office, made)[:3]
        assert made["rows_known"] == made["rows_total"] > 0

    def test_what_was_edited_in_it_asks(self, office):
        name = f"某某老年公寓{uuid4().hex[:6]}"
        body = {"name": name, "kind": "institution", "industry": "elder_care"}
        made = office.post("/risk-entities", json=body | {"responsible_person": "钱某某"}).json()
        content = office.get("/risk-entities/exports.xlsx", params={"q": made["number"]}).content
        workbook = openpyxl.load_workbook(io.BytesIO(content))
        sheet = workbook.active
        header = next(line for line in sheet.iter_rows() if "服务老人数" in [c.value for c in line])
        at = next(c.column for c in header if c.value == "服务老人数")
        sheet.cell(header[0].row + 1, at, 33)
        out = io.BytesIO()
        workbook.save(out)
        again = upload(office, out.getvalue(), kind="risk_entities")
        assert (again["rows_edited"], again["rows_total"]) == (1, 1), rows_of(office, again)
        body = {"version": again["version"], "decision": "update"}
        again = office.post(f"/imports/{again['id']}/decisions", json=body).json()
        assert commit(office, again).status_code == 200
        entity = office.get(f"/risk-entities/{made['id']}").json()
        assert entity["elders_served"] == 33
        plain = office.post(
            f"/risk-entities/{made['id']}/reveals",
            json={"fields": ["responsible_person"], "reason": "核对登记"},
        )
        assert plain.json()["values"]["responsible_person"] == "钱某某"

    def test_a_name_without_code_or_number_is_met(self, office):
        name = f"某某（众兴）老年公寓{uuid4().hex[:6]}"
        body = {"name": name, "kind": "institution", "industry": "elder_care"}
        assert office.post("/risk-entities", json=body).status_code == 201
        spelled = name.replace("（", " (").replace("）", ") ")
        made = upload(office, book([[spelled, "绿"]], ["名称", "风险等级"]), kind="risk_entities")
        assert (made["rows_good"], made["rows_edited"]) == (0, 1)
        other = [[name, "绿", "白庙村"], [name, "绿", "刘台村"]]
        heads = ["名称", "风险等级", "所在村"]
        made = upload(office, book(other, heads), kind="risk_entities")
        assert made["rows_edited"] == 2


class TestOtherTextsAreKept:
    def test_of_property_and_of_leads(self, client, running):
        police, office = client("police"), client("office")
        item = make_item(police, make_case(running), custodian="保管人电话13800138001")
        shown = police.get(f"/property-items/{item['id']}").json()
        assert "13800138001" not in shown["custodian"]
        assert "custodian" in shown["revealable"]
        change = {"version": shown["version"], "location": "库房，电话13800138002"}
        assert police.patch(f"/property-items/{item['id']}", json=change).status_code == 200
        asked = {"fields": ["custodian", "location"], "reason": "核对登记"}
        plain = police.post(f"/property-items/{item['id']}/reveals", json=asked).json()["values"]
        assert plain == {"custodian": "保管人电话13800138001", "location": "库房，电话13800138002"}
        lead = make_lead(office, note="其子电话13800138003")
        shown = office.get(f"/leads/{lead['id']}").json()
        assert "13800138003" not in shown["note"]
        asked = {"fields": ["note"], "reason": "核对登记"}
        plain = office.post(f"/leads/{lead['id']}/reveals", json=asked).json()["values"]
        assert plain == {"note": "其子电话13800138003"}

    def test_the_limit_of_a_file_is_told(self, client):
        assert client("village01").get("/me").json()["max_upload_mb"] == 100
