"""A lead's own page: every step of its life, as the unit that takes it and those it turns to see it."""

import re

import pytest
from playwright.async_api import expect

from api.core.base.clock import today
from tests.browser.faults import faults
from tests.browser.staff import minute
from tests.factories import TELLING, assign, conclude, make_lead
from tests.rewards import words

DAY = today().isoformat()


SERVER = "town"


def own(**over) -> dict:
    """About something that no other lead is like."""
    return {"subject_name": words()[:8], "narrative": words()} | over


def verifying(client, who: str, **over) -> dict:
    """A lead that this unit took in."""
    lead = assign(client("office"), make_lead(client("office"), **own(**over)), client(who))
    return client(who).act(f"/leads/{lead['id']}", "acknowledge", lead["version"]).json()


def answer(who, lead: dict) -> None:
    """Tell the reporter, so that the lead may be closed."""
    now = who.get(f"/leads/{lead['id']}").json()
    done = who.act(
        f"/leads/{lead['id']}",
        "feed_back",
        now["version"],
        feedback_mode="impossible",
        feedback_note="已告知",
    )
    assert done.status_code == 200, done.text


async def opened(as_, who: str, lead: dict):
    person = await as_(who)
    await person.open(f"/leads/{lead['id']}")
    return person


CLOSING = {"问题是否解决": "已解决", "解决情况": "钱已退回。"}


class TestHandOver:
    async def test_to_the_police_and_the_result_comes_back(self, as_, client, axe):
        lead = conclude(client("office"), client("market"))
        market = await opened(as_, "market", lead)
        await market.act(
            "移送公安",
            {
                "书面报告提交日期": DAY,
                "核实情况的执法人员（2名以上）": "孙示例、钱示例",
                "核实情况和移送理由": "收款后失联，涉嫌诈骗",
                "批准移送日期": DAY,
                "批准人": "李所长",
                "材料清单": "移送书、调查报告、涉案物品清单",
                "理由": "涉嫌诈骗",
            },
        )
        await expect(market.status()).to_have_text("已移送公安")
        sent = market.page.locator("section").filter(has_text="移送书、调查报告、涉案物品清单").last
        await expect(sent).to_contain_text(client("police").me["unit"]["name"])
        await expect(sent).to_contain_text("在本系统内，自己登记")

        # whoever received it records itself what it does
        police = await opened(as_, "police", lead)
        await police.act(
            "登记接收回执", {"回执编号": "接〔2026〕7号", "接收时间": minute(), "接收人": "孙警官"}
        )
        await expect(police.fact("回执")).to_contain_text("接〔2026〕7号")
        await expect(police.fact("接收人")).to_have_text("孙警官")
        await police.act(
            "登记材料不全告知", {"公安机关告知时间": minute(), "须补正的材料": "资金流水原件"}
        )
        await market.open(f"/leads/{lead['id']}")
        await expect(market.fact("须补正")).to_contain_text("资金流水原件")
        await expect(sent).to_contain_text("TRF-05b")
        first = market.page.locator("article header.head .buttons button").first
        await expect(first).to_have_text("补正材料")  # what is owed now stands out
        await market.act("补正材料", {"补正日期": DAY, "补正的材料": "流水原件 3 页"})
        await expect(market.fact("已补正")).to_contain_text("流水原件 3 页")

        # no end without the receiver's answer
        answer(client("market"), lead)
        office = await opened(as_, "office", lead)
        await office.refused("办结", CLOSING, re.compile("须有公安机关的办理结果"))
        await police.open(f"/leads/{lead['id']}")
        await police.act(
            "登记办理结果",
            {
                "办理结果": "立案",
                "结果日期": DAY,
                "作出决定的公安机关": "县级公安机关",
                "文书编号": "公立字〔2026〕1号",
                "结果说明": "已立案侦查",
            },
        )
        await market.open(f"/leads/{lead['id']}")
        await expect(market.fact("办理结果")).to_contain_text("立案")
        await market.act(
            "移交涉案物品和材料",
            {"移交日期": DAY, "移交的涉案物品和材料（没有物品的写明）": "无物品，材料一册"},
        )
        assert not (found := await faults(market, axe, "lead-transfer")), "\n".join(found)
        await office.open(f"/leads/{lead['id']}")
        await office.act("办结", CLOSING)
        await expect(office.status()).to_have_text("已办结")

    async def test_the_head_decides_first_and_what_was_decided_is_handed_over(self, as_, client):
        lead = verifying(client, "market")
        market = await opened(as_, "market", lead)
        asked = {
            "书面报告提交日期": DAY,
            "核实情况的执法人员（2名以上）": "孙示例、钱示例",
            "核实情况和移送理由": "收款后失联，涉嫌诈骗",
        }
        one_officer = {"核实情况的执法人员（2名以上）": "孙示例"}
        await market.refused("提请批准移送公安", asked | one_officer, re.compile("须有2名以上"))
        await market.act("提请批准移送公安", asked)
        assert not await market.offers("移送公安")
        assert not await market.offers("批准移送公安")

        leader = await opened(as_, "leader", lead)
        await leader.act("不批准移送公安", {"理由": "请补充收款凭证"})
        await market.open(f"/leads/{lead['id']}")
        await expect(market.fact("不批准")).to_contain_text("请补充收款凭证")
        await market.act("提请批准移送公安", asked)
        await leader.open(f"/leads/{lead['id']}")
        await leader.act("批准移送公安")
        await market.open(f"/leads/{lead['id']}")
        first = market.page.locator("article header.head .buttons button").first
        await expect(first).to_have_text("移送公安")
        await market.act("移送公安", {"材料清单": "移送书、调查报告", "理由": "涉嫌诈骗"})
        await expect(market.status()).to_have_text("已移送公安")
        await expect(market.fact("批准")).to_contain_text("周建民")

    async def test_to_a_department_and_the_sender_sees_how_far_it_is(self, as_, client):
        lead = verifying(client, "civil")
        civil = await opened(as_, "civil", lead)
        await civil.act(
            "移交主管部门",
            {
                "部门类别": "市场监管部门",
                "接收单位名称（不在本系统）": "县市场监督管理局",
                "材料清单": "现场笔录、收据",
                "理由": "属虚假宣传",
            },
        )
        sent = civil.page.locator("section").filter(has_text="移交主管部门：县市场监督管理局")
        await expect(sent).to_contain_text("现场笔录、收据")
        stages = civil.rows().filter(has_text=lead["number"])
        await civil.open("/leads?transfer_stage=sent&sort=-id")
        await expect(stages).to_contain_text("已移交部门")
        await civil.record(lead["number"]).click()
        await civil.act(
            "登记接收回执", {"回执编号": "市监收12号", "接收时间": minute(), "接收人": "周科长"}
        )
        await civil.act("催办", {"催办内容": "请告知是否立案"})
        await expect(civil.page.get_by_label("办理记录")).to_contain_text("请告知是否立案")
        await civil.open("/leads?transfer_stage=received&sort=-id")
        await expect(stages).to_be_visible()


class TestConclusion:
    async def test_a_civil_dispute_says_where_it_goes_and_closed_is_not_solved(self, as_, client):
        reporter = {"kind": "real_name", "name": "举报某", "phone": "13955550123"}
        lead = verifying(client, "justice", reporter=reporter)
        justice = await opened(as_, "justice", lead)
        await justice.begin("提交核查结论")
        dialog = justice.dialog()
        route = dialog.get_by_text("处理途径")
        await justice.fill({"核查结论": "查否", "核查情况": "退费纠纷。"}, within=dialog)
        await expect(route).to_have_count(0)
        await justice.fill({"核查结论": "民事纠纷"}, within=dialog)
        await expect(route).to_be_visible()
        with justice.watch.refusals(422):
            await dialog.locator("button[type=submit]").click()
            for needed in ("请选择处理途径", "请填写接收单位"):
                await expect(dialog).to_contain_text(needed)
        await justice.fill({"处理途径": "人民调解", "接收单位": "镇人民调解委员会"}, within=dialog)
        await dialog.locator("button[type=submit]").click()
        await expect(justice.status()).to_have_text("已有结论")
        await expect(justice.fact("处理途径")).to_have_text("人民调解")
        await expect(justice.fact("接收单位")).to_have_text("镇人民调解委员会")

        # nothing is closed before the reporter has an answer
        office = await opened(as_, "office", lead)
        assert not await office.offers("办结")
        await justice.act(
            "反馈举报人",
            {"反馈方式": "电话反馈", "反馈内容或无法反馈的原因": "已告知到司法所调解"},
        )
        await expect(justice.fact("反馈内容")).to_have_text("已告知到司法所调解")
        # nor before whoever is to settle it has it
        await justice.act(
            "登记接收回执",
            {"回执编号": "调〔2026〕5号", "接收时间": minute(), "接收人": "王调解员"},
        )
        await office.open(f"/leads/{lead['id']}")
        await office.act("办结", {"问题是否解决": "未解决", "解决情况": "对方尚未退费。"})
        await expect(office.status()).to_have_text("已办结")
        await expect(office.fact("是否解决")).to_have_text("未解决")
        await office.open("/leads?solved=no&sort=-id")
        await expect(office.rows().filter(has_text=lead["number"])).to_be_visible()


class TestBetweenUnits:
    async def test_who_says_not_us_names_who_instead(self, as_, client):
        lead = assign(client("office"), make_lead(client("office"), **own()), client("market"))
        market = await opened(as_, "market", lead)
        await market.act("提出异议", {"理由": "属养老机构管理", "建议承办单位": "民政办"})
        office = await opened(as_, "office", lead)
        await expect(office.status()).to_have_text("有异议")
        await expect(office.fact("承办单位")).to_have_text("— 建议：民政办")
        await office.begin("交办")
        chosen = office.dialog().locator(".field").filter(has_text="承办单位").first
        await expect(chosen).to_contain_text("民政办")
        await office.dialog().locator("button[type=submit]").click()
        await expect(office.fact("承办单位")).to_have_text("民政办")

    async def test_another_unit_is_asked_and_answers(self, as_, client, axe):
        lead = verifying(client, "police")
        police, market = await opened(as_, "police", lead), await as_("market")
        await police.act("请求协办", {"协办单位": "市场监管所", "协办事项": "请查登记和许可情况"})
        await market.open("/leads")
        await market.link(re.compile("本单位协办")).click()
        await market.record(lead["number"]).click()
        asked = market.page.get_by_role("region", name="协办")
        await expect(asked).to_contain_text("请查登记和许可情况")
        await expect(asked).to_contain_text(re.compile(r"剩 \d+ |今天到期"))
        await expect(market.link("修改")).to_have_count(0)  # the lead itself is another unit's
        assert not (found := await faults(market, axe, "lead-assist")), "\n".join(found)
        await market.button("签收协办", asked).click()
        await market.button("确定签收协办", market.dialog()).click()
        await market.says("已完成：签收协办")
        await market.button("答复协办", asked).click()
        await market.fill({"答复内容": "该店未登记，无食品许可。"}, within=market.dialog())
        await market.button("确定答复协办", market.dialog()).click()
        await market.says("已完成：答复协办")
        await expect(market.button("答复协办", asked)).to_have_count(0)

        await police.open(f"/leads/{lead['id']}")
        told = police.page.get_by_role("region", name="协办")
        await expect(told).to_contain_text("已答复")
        await expect(told).to_contain_text("该店未登记，无食品许可。")


class TestWhatPeopleDecide:
    async def test_a_mark_makes_the_term_stricter(self, as_, client):
        lead = verifying(client, "police")
        office = await opened(as_, "office", lead)
        mark = office.page.locator("article header.head .mark")
        await expect(mark).to_have_count(0)
        await office.act("标为重点", {"重点标记": "重大线索", "理由": "涉及人数多"})
        await expect(mark).to_have_text("重大线索")
        stricter = client("office").get(f"/leads/{lead['id']}").json()
        assert stricter["due_on"] < lead["due_on"]
        assert stricter["due_rule"] == "LEAD-MAJOR"
        await office.open("/leads?mark=major&sort=-id")
        row = office.rows().filter(has_text=lead["number"])
        await expect(row).to_contain_text("重大线索")
        await office.record(lead["number"], row).click()
        await office.act("取消重点标记", {"重点标记": "重大线索", "理由": "人数核实为一人"})
        await expect(mark).to_have_count(0)

    async def test_words_propose_boxes_and_a_person_decides_the_category(self, as_, client):
        lead = verifying(client, "civil", narrative=TELLING, primary_category="C3")
        civil = await opened(as_, "civil", lead)
        panel = civil.page.get_by_role("region", name="风险特征与类别建议")
        await expect(civil.fact("主要类别")).to_have_text("销售“养老产品”")
        await expect(panel).to_contain_text("建议类别：提供“养老服务”")
        await expect(panel).to_contain_text("会员费")
        box = panel.get_by_label(re.compile("预收费超过"))
        await expect(box).not_to_be_checked()
        await expect(civil.button("保存勾选", panel)).to_have_count(0)
        await box.check()
        await civil.button("保存勾选", panel).click()
        await civil.says("已保存勾选")
        await expect(panel).to_contain_text("孙惠兰")  # who ticked it
        await civil.button("采纳为主要类别", panel).click()
        await civil.says("已采纳为主要类别")
        await expect(civil.fact("主要类别")).to_have_text("提供“养老服务”")
        await expect(panel).to_contain_text("与主要类别一致")

    async def test_a_number_that_was_found_is_confirmed_or_dismissed(self, as_, client):
        told = f"{words()}电话13955512399，账号6228481753038816263。"
        lead = verifying(client, "police", narrative=told)
        police = await opened(as_, "police", lead)
        numbers = police.fact("涉及号码").get_by_role("listitem")
        mobile = numbers.filter(has_text="电话号码")
        account = numbers.filter(has_text=re.compile("银行"))
        await expect(mobile).to_contain_text("待确认")
        await mobile.get_by_role("button", name=re.compile("^确认")).click()
        await expect(mobile).to_contain_text("已确认")
        await account.get_by_role("button", name=re.compile("^排除")).click()
        await expect(account).to_contain_text("已排除")
        kept = client("police").get(f"/leads/{lead['id']}").json()["identifiers"]
        assert {each["kind"]: each["state"] for each in kept} == {
            "phone": "confirmed",
            "bank_account": "dismissed",
        }


async def test_a_long_timeline_goes_back_to_its_beginning(as_, client):
    office = client("office")
    lead = make_lead(office, **own())
    for at in range(51):
        lead = office.patch(
            f"/leads/{lead['id']}", json={"version": lead["version"], "note": f"补充{at}"}
        ).json()
    person = await opened(as_, "office", lead)
    panel = person.page.get_by_label("办理记录")
    await expect(panel).to_contain_text("修改线索")
    await expect(panel).not_to_contain_text("提交线索")
    await person.button("更早的记录", panel).click()
    await expect(panel).to_contain_text("提交线索")
    await expect(person.button("更早的记录", panel)).to_have_count(0)


@pytest.mark.parametrize(("path", "shape"), [("", "upright"), ("/leads", "lying")])
async def test_what_is_printed_is_a4(as_, client, path, shape):
    """Whatever paper the browser thinks of: a record stands upright, a ledger lies on its side."""
    office = await as_("office")
    await office.open(path or f"/leads/{make_lead(client('office'), **own())['id']}")
    await expect(office.page.locator("main h1")).to_be_visible()
    paper = await office.page.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", paper))
    sides = {tuple(round(float(side)) for side in box) for box in boxes}
    upright = {(595, 842)}
    assert {tuple(sorted(each)) for each in sides} == upright
    assert (sides == upright) is (shape == "upright")
