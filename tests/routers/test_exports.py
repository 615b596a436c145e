"""Exports over HTTP: form F1, masked, formulas dead, audited."""

import io
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import select

from api.core.base.clock import now, today
from api.core.events.events import Event
from tests import entities
from tests.exports import F1
from tests.factories import DECIDED, TO_POLICE, assign, close, conclude, make_lead


def export(who, **params):
    return who.get("/leads/exports.xlsx", params=params)


def rows(answer) -> list[dict]:
    assert answer.status_code == 200, answer.text
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    assert lines[0][0] == "线索台账"
    assert "导出人" in lines[1][0]
    assert lines[2] == F1
    return [dict(zip(F1, line, strict=True)) for line in lines[3:]]


class TestF1:
    def test_the_same_rows_as_the_list_for_the_same_query(self, client):
        office = client("office")
        batch = uuid4().hex[:8]
        for _ in range(3):
            make_lead(office, division_code="341522118209", batch_no=batch)
        params = {"division_code": "341522118209", "status": "registered", "limit": 1}
        listed = office.get("/leads", params=params | {"limit": 200, "sort": "id"}).json()["items"]
        got = rows(export(office, **params))
        assert [row["编号"] for row in got] == [item["number"] for item in listed]
        assert [row["序号"] for row in got] == list(range(1, len(got) + 1))

    def test_the_cells(self, client):
        office, market = client("office"), client("market")
        lead = make_lead(office, batch_no="第3批", note="转自县专项办", amount_involved="36012.34")
        lead = assign(office, lead, market)
        url = f"/leads/{lead['id']}"
        lead = market.act(url, "acknowledge", lead["version"]).json()
        lead = market.act(
            url, "conclude", lead["version"], conclusion="suspected_crime", findings="已核查"
        ).json()
        lead = market.act(url, "transfer_police", lead["version"], **TO_POLICE).json()
        lead = market.act(
            url, "record_receipt", lead["version"], receipt_no="接1号", received_by="孙警官",
            received_at=now().isoformat(),
        ).json()  # fmt: skip
        lead = market.act(
            url, "record_result", lead["version"], result="not_filed", **DECIDED,
            result_on=today().isoformat(), result_note="情节显著轻微",
        ).json()  # fmt: skip
        lead = market.act(url, "let_stand", lead["version"]).json()
        lead = market.act(
            url,
            "feed_back",
            lead["version"],
            feedback_mode="impossible",
            feedback_note="已电话告知13900001111",
        ).json()
        lead = close(office, lead)
        (row,) = rows(export(office, q=lead["number"]))
        day = lead["updated_at"][:10]
        assert row["来源"] == "举报电话"
        assert row["批次"] == "第3批"
        assert row["举报方式"] == "匿名"
        assert row["涉案金额（万元）"] == pytest.approx(3.601234)
        assert row["承办单位"] == "市场监管所"
        assert row["交办时间"].date().isoformat() == day
        assert row["办理期限"].date().isoformat() == lead["due_on"]
        assert row["核查结论"] == "查实-涉嫌犯罪"
        assert (row["是否移送"], row["移送单位及时间"]) == ("是", f"公安机关 {day}")
        assert row["办结时间"].date().isoformat() == day
        assert row["反馈情况"] == "无法反馈（说明原因）：已电话告知139****1111"
        assert row["是否二次核查"] == "否"
        assert row["备注"] == "转自县专项办"

    def test_formulas_and_personal_data_stay_out(self, client):
        office = client("office")
        lead = make_lead(
            office,
            subject_name='=HYPERLINK("http://x","y")',
            note="@SUM(1) 电话13712345678",
            reporter={"kind": "real_name", "name": "王文秀", "phone": "18586411921"},
        )
        answer = export(office, q=lead["number"])
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        cells = [cell for line in book.active.iter_rows() for cell in line]
        assert all(cell.data_type != "f" for cell in cells)
        text = " ".join(str(cell.value) for cell in cells)
        for secret in ("13712345678", "王文秀", "18586411921"):
            assert secret not in text

    def test_the_headers(self, client):
        answer = export(client("office"), q="XS-NONE")
        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        assert "filename*=UTF-8''%E7%BA%BF%E7%B4%A2" in answer.headers["content-disposition"]
        assert rows(answer) == []

    async def test_it_is_in_the_audit_with_its_filters_and_rows(self, client, session):
        lead = conclude(client("office"), client("police"))
        export(client("office"), q="13812345678", status="concluded")
        told = (
            await session.scalars(
                select(Event).where(Event.name == "record.exported").order_by(Event.id.desc())
            )
        ).first()
        assert told.subject_type == "lead"
        assert told.actor_name == "李晓芸"
        assert told.data["rows"] == 0
        assert told.data["filters"]["status"] == ["concluded"]
        assert "13812345678" not in str(told.data)
        assert lead["number"] not in str(told.data)


class TestRights:
    def test_nobody(self, anonymous):
        assert export(anonymous).status_code == 401

    @pytest.mark.parametrize(
        "who", ["leader", "police", "village01", "grid01", "county", "finance"]
    )
    def test_without_the_right(self, client, who):
        assert export(client(who)).status_code == 403

    def test_a_bad_filter(self, client):
        assert export(client("office"), stauts="x").status_code == 422


F2 = [
    "序号", "名称", "统一社会信用代码", "地址", "法定代表人/负责人", "行业领域", "登记/备案情况", "服务老人数",
    "预收费金额（元）", "问题描述", "风险等级", "处置措施", "实施主体", "责任人", "整改时限", "进展", "是否销号",
]  # fmt: skip


class TestF2:
    def test_the_list_of_entities_under_control(self, client):
        market = client("market")
        made = entities.register(market, prepaid_amount="188000.50")
        made = entities.assess(market, made, "orange")
        answer = client("office").get("/risk-entities/exports.xlsx", params={"q": made["number"]})
        assert answer.status_code == 200, answer.text
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        lines = [list(line) for line in sheet.iter_rows(values_only=True)]
        assert (lines[0][0], lines[2]) == ("风险管控名单", F2)
        (row,) = [dict(zip(F2, line, strict=True)) for line in lines[3:]]
        assert row["名称"] == made["name"]
        assert row["法定代表人/负责人"] == made["responsible_person"]
        assert "罗凤玉" not in str(lines)
        assert row["预收费金额（元）"] == pytest.approx(188000.50)
        assert (row["风险等级"], row["进展"], row["是否销号"]) == ("橙", "已评估定级", "否")
        assert row["责任人"] == "市场监管所"

    def test_without_the_right(self, client):
        assert client("market").get("/risk-entities/exports.xlsx").status_code == 403
