"""A town sets up its members: its own kinds of units, and a list pasted from a table."""

from uuid import uuid4

from playwright.async_api import expect

LIST = "名单"


async def test_a_kind_of_ones_own_a_unit_and_its_posts(as_):
    label = f"退役站{uuid4().hex[:6]}"
    office = await as_("office")
    await office.open("/units")
    await office.link("单位类别").click()
    await office.titled("单位类别")
    await office.button("增设类别").click()
    dialog = office.dialog()
    await office.fill(
        {"名称": label, "性质": "其他部门", "职责领域": "走访", "岗位模板": "服务岗\n窗口岗"},
        dialog,
    )
    await office.button("确定增设类别", dialog).click()
    await expect(office.page.get_by_role("heading", level=2, name=label)).to_be_visible()
    await office.menu("单位")
    await office.button("新建单位").click()
    await office.fill({"名称": f"某镇{label}", "单位类别": label, "所在区划": "新桥村"}, dialog)
    await office.button("确定新建单位", dialog).click()
    await office.titled(f"某镇{label}")
    await expect(office.fact("类别")).to_have_text(label)
    await expect(office.button("按模板设岗")).to_have_count(0)
    path = office.path()
    system = await as_("system_admin")
    await system.open(path)
    await system.button("按模板设岗").click()
    await expect(system.dialog()).to_contain_text("服务岗、窗口岗")
    await system.button("确定按模板设岗", system.dialog()).click()
    await expect(system.page.get_by_role("link", name="窗口岗")).to_be_visible()
    await expect(system.button("按模板设岗")).to_have_count(0)


async def test_a_pasted_list_is_checked_then_taken_over(as_):
    unit = f"{uuid4().hex[:6]}镇卫生院"
    system = await as_("system_admin")
    await system.open("/units")
    await system.link("粘贴名单").click()
    await system.titled("粘贴名单")
    area = system.page.get_by_label(LIST, exact=True)
    await area.fill(f"单位\t岗位\t姓名\t电话\n{unit}\t医政岗\t程某{unit[:6]}\t1380013")
    await system.button("核对").click()
    await expect(system.page.get_by_role("region", name="有误之处")).to_contain_text("11位")
    await expect(system.button("导入")).to_have_count(0)
    await area.fill(f"单位\t岗位\t姓名\n{unit}\t医政岗\t程某{unit[:6]}")
    await system.button("核对").click()
    shown = system.page.get_by_role("region", name="将这样导入")
    await expect(shown).to_contain_text(f"{unit}（新建）")
    await system.says("新建单位 1 个，新建岗位 1 个，新建人员 1 人，任职 1 项")
    # what is written anew is to be checked anew
    await area.press("End")
    await area.type(" ")
    await expect(system.button("导入")).to_have_count(0)
    await system.button("核对").click()
    await system.button("导入").click()
    await system.says("名单已导入")
    await expect(system.page.get_by_role("region", name="临时密码")).to_contain_text("department")
