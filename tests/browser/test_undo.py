"""What a notice told of is taken back from the notice itself; what can't be any more says why."""

import re

from playwright.async_api import expect

from tests.factories import assign, fresh, make_lead
from tests.leads import act, fed_back


def notices(person):
    return person.page.get_by_role("status").filter(has=person.page.get_by_label("关闭提示"))


async def taken_back(person, reason: str | None = None) -> None:
    await person.button("撤销", notices(person)).first.click()
    if reason is not None:
        await person.fill({"理由": reason}, within=person.dialog())
        await person.dialog().locator("button[type=submit]").click()
    await expect(person.dialog()).to_have_count(0)


async def test_an_assignment_is_taken_back_from_another_page(as_, client):
    lead = make_lead(client("office"), subject_name=fresh("撤销馆"))
    office = await as_("office")
    await office.open(f"/leads/{lead['id']}")
    await office.act("交办", {"承办单位": "派出所"})
    await office.menu("线索")
    await taken_back(office, "交办错了单位")
    await office.says("已撤销：交办")
    now = client("office").get(f"/leads/{lead['id']}").json()
    assert (now["status"], now["owner_unit"]) == ("registered", None)


async def test_what_was_looked_into_meanwhile_says_so(as_, client):
    office, police = await as_("office"), client("police")
    made = make_lead(client("office"), subject_name=fresh("已签馆"))
    await office.open(f"/leads/{made['id']}")
    await office.act("交办", {"承办单位": "派出所"})
    now = police.get(f"/leads/{made['id']}").json()
    now = act(police, now, "acknowledge")
    act(police, now, "conclude", conclusion="unfounded", findings="查无此事。")
    await taken_back(office)
    await office.says("交办不能撤销了：现在已经办到")
    assert police.get(f"/leads/{made['id']}").json()["status"] == "concluded"


async def test_what_was_just_registered_is_withdrawn_and_a_withdrawal_taken_back(as_, client):
    office = await as_("office")
    name = fresh("误登馆")
    await office.open("/leads/new")
    await office.fill({"反映对象": name, "反映内容": f"收了押金就关门，{name}。"})
    await office.fill({"主要类别": "提供“养老服务”", "来源": "举报电话"})
    await office.button("登记").click()
    await expect(office.page).to_have_url(re.compile(r"/leads/[0-9a-f-]{36}$"))
    path = office.path()
    await taken_back(office, "登记错了")
    await expect(office.status()).to_have_text("已撤回")
    # from a desk it had not reached it can't go back to where it stood: no 撤销 is offered then
    shown = client("office").get(path).json()
    assert shown["status"] == "withdrawn"


async def test_a_turn_goes_back_at_one_click(as_, client):
    made = assign(client("office"), make_lead(client("office")), client("market"))
    market = await as_("market")
    await market.open(f"/leads/{made['id']}")
    strip = market.page.get_by_role("region", name="办到哪一步")
    await market.button("我来办", strip).click()
    await expect(strip).to_contain_text("由您经办")
    await taken_back(market)
    await market.says("已撤销：我来办")
    await expect(market.button("我来办", strip)).to_be_visible()


async def test_a_turn_that_went_on_does_not_come_back(as_, client):
    made = assign(client("office"), make_lead(client("office")), client("market"))
    turns = f"/leads/{made['id']}/turns"
    market = await as_("market")
    await market.open(f"/leads/{made['id']}")
    strip = market.page.get_by_role("region", name="办到哪一步")
    await market.button("我来办", strip).click()
    await market.button("交还", strip).click()
    await market.says("已交还，等单位里的人接手")
    handler = client("market")
    now = act(handler, handler.get(f"/leads/{made['id']}").json(), "acknowledge")
    fed_back(handler, act(handler, now, "conclude", conclusion="unfounded", findings="查无此事。"))
    with market.watch.refusals(403):
        await market.button("撤销", notices(market)).last.click()
        await market.says("交还不能撤销了：没有轮到您办的事项")
    assert handler.post(turns, json={"action": "take"}).status_code == 403


async def test_merged_leads_are_taken_apart_from_the_notice(as_, client):
    name, clerk = fresh("合并馆"), client("office")
    main, other = (make_lead(clerk, subject_name=name) for _ in range(2))
    office = await as_("office")
    await office.open(f"/leads/{main['id']}")
    found = office.page.get_by_role("region", name="相似线索").get_by_role("listitem")
    found = found.filter(has_text=other["number"])
    await office.button("并入本线索", found).click()
    await office.fill({"理由": "同一家店"}, within=office.dialog())
    await office.button("确定并入本线索", office.dialog()).click()
    await office.says("已合并，原线索保留可查")
    await taken_back(office, "不是同一家")
    await office.says("已撤销：合并")
    assert clerk.get(f"/leads/{other['id']}").json()["status"] == "registered"


async def test_a_batch_is_taken_back_as_far_as_nobody_signed(as_, client):
    name, clerk, police = fresh("批量馆"), client("office"), client("police")
    leads = [make_lead(clerk, subject_name=f"{name}{n}") for n in range(3)]
    office = await as_("office")
    await office.open(f"/leads?q={name}")
    for each in await office.rows().get_by_role("checkbox").all():
        await each.check()
    await office.button("交办所选 3 条").click()
    await office.fill({"承办单位": "派出所"}, within=office.dialog())
    await office.button("下一步：核对", office.dialog()).click()
    await office.button("确定交办 3 条", office.dialog()).click()
    await office.button("知道了", office.dialog()).click()
    await office.says("已交办 3 条")
    first = police.get(f"/leads/{leads[0]['id']}").json()
    police.act(f"/leads/{first['id']}", "acknowledge", first["version"])
    await office.button("撤销", notices(office)).first.click()
    await expect(office.dialog()).to_contain_text("收回未签收的 2 条")
    await office.fill({"理由": "交办错了"}, within=office.dialog())
    await office.dialog().locator("button[type=submit]").click()
    await office.says("已撤销：批量交办")
    now = sorted(clerk.get(f"/leads/{each['id']}").json()["status"] for each in leads)
    assert now == ["registered", "registered", "verifying"]


async def test_what_can_not_be_taken_back_offers_no_undo(as_, client):
    made = assign(client("office"), make_lead(client("office")), client("market"))
    market = await as_("market")
    await market.open(f"/leads/{made['id']}")
    await market.act("签收")
    await expect(market.button("撤销", notices(market))).to_have_count(0)
    await market.menu("线索")
    await expect(market.link("查看", notices(market))).to_have_attribute(
        "href", f"/leads/{made['id']}"
    )
