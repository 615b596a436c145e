"""A case and an entity's problem handed over in the browser: sent by one, received by the other."""

import re

from playwright.async_api import expect

from api.core.base.clock import today
from tests.browser.faults import faults
from tests.browser.staff import minute
from tests.cases import act as act_on_case
from tests.cases import make_case
from tests.entities import act as act_on
from tests.entities import assess, register

SERVER = "town"
DAY = today().isoformat()


class TestACase:
    async def test_the_police_divert_it_and_the_justice_office_receives_it(self, as_, client, axe):
        police = client("police")
        case = act_on_case(police, make_case(police, title="某借款纠纷"), "accept")
        station = await as_("police")
        await station.open(f"/cases/{case['id']}")
        justice_name = client("justice").me["unit"]["name"]
        await station.act(
            "转民事途径",
            {
                "处理途径": "人民调解",
                "接收单位（已在本系统）": justice_name,
                "材料清单": "询问笔录二份",
                "理由": "不构成犯罪，属民间借贷",
            },
        )
        await expect(station.status()).to_have_text("已转民事途径")
        strip = station.page.locator("main")
        await expect(strip).to_contain_text("待对方接收")
        await expect(strip).to_contain_text(justice_name)

        desk = await as_("justice")
        await desk.open("/")
        await desk.page.get_by_role("link").filter(has_text="某借款纠纷").first.click()
        await expect(desk.page).to_have_url(re.compile("/handovers/"))
        await expect(desk.page.locator("main")).to_contain_text("询问笔录二份")
        await expect(desk.page.locator("main")).to_contain_text(case["number"])
        assert not (found := await faults(desk, axe, "handover")), "\n".join(found)
        await desk.act(
            "登记接收回执", {"回执编号": "调收3号", "接收时间": minute(), "接收人": "某调解员"}
        )
        await expect(desk.status()).to_have_text("已接收，按该途径化解")

        await station.open(f"/cases/{case['id']}")
        sent = station.page.locator("section").filter(has_text="历次移送、移交").last
        await expect(sent).to_contain_text("调收3号")
        await station.act("结案归档", {"理由": "已由司法所调解"})
        await expect(station.status()).to_have_text("已结案")


class TestAnEntity:
    async def test_a_department_answers_and_the_entity_is_accepted(self, as_, client):
        market, civil = client("market"), client("civil")
        made = assess(market, register(market), "orange", route="other_department")
        made = act_on(
            market, "risk-entities", made, "transfer_department", organ="other",
            receiver_unit_id=civil.me["unit"]["id"], materials="检查记录", reason="属民政职责",
        )  # fmt: skip
        desk = await as_("civil")
        await desk.open("/handovers")
        await desk.page.get_by_role("link").filter(has_text=made["name"]).first.click()
        await desk.act(
            "登记接收回执", {"回执编号": "民收1号", "接收时间": minute(), "接收人": "某某"}
        )
        await desk.act(
            "登记办理结果", {"办理结果": "已依职权处理", "结果日期": DAY, "结果说明": "已责令备案"}
        )
        await expect(desk.status()).to_have_text("结果已反馈")
        owner = await as_("market")
        await owner.open(f"/risk-entities/{made['id']}")
        await expect(owner.page.locator("main")).to_contain_text("已责令备案")
        await owner.act("验收", {})
