"""Pages that nobody walked over: a record on paper, the setup list, the parts of a case, the sheet of an
unknown table, and giving a turn to a colleague."""

import io
import re

import openpyxl
from playwright.async_api import expect

from tests.access.towns import somebody
from tests.browser.faults import faults
from tests.cases import make_case
from tests.factories import assign, fresh, make_lead
from tests.leads import act
from tests.money import make_item, make_victim

#: What one answer of the timeline holds, and some more.
MARKED = 55


def longest(client) -> tuple[dict, int]:
    """A lead of which more happened than one answer tells; and how much that is."""
    office = client("office")
    made = make_lead(office, subject_name=fresh("长记录馆"))
    for _ in range(MARKED):
        made = act(office, made, "mark", mark="high_attention", reason="多人反映")
        made = act(office, made, "unmark", mark="high_attention", reason="已核对")
    items, cursor = [], None
    while True:
        asked = {"cursor": cursor} if cursor else {}
        page = office.get(f"/leads/{made['id']}/timeline", params=asked).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return made, len(items)


async def test_a_record_is_printed_with_all_that_happened(as_, client):
    made, happened = longest(client)
    office = await as_("office")
    page = office.page
    await office.open(f"/leads/{made['id']}")
    told = page.get_by_role("region", name="办理记录")
    shown = told.get_by_role("listitem").filter(has=page.locator("time"))
    await expect(office.button("更早的记录", told)).to_be_visible()
    assert await shown.count() < happened
    # how many there are at the moment when the sheet is made
    await page.evaluate(
        "() => { window.print = () => { document.body.dataset.printed = document.querySelectorAll("
        "'section[aria-label=\"办理记录\"] li time').length } }"
    )
    await office.button("打印").click()
    await expect(page.locator("body")).to_have_attribute("data-printed", re.compile("."))
    assert int(await page.locator("body").get_attribute("data-printed") or 0) >= happened
    await page.emulate_media(media="print")
    strip = page.get_by_role("region", name="办到哪一步")
    await expect(strip).to_be_visible()
    await expect(office.button("打印")).to_be_hidden()
    await expect(page.get_by_role("navigation", name="主菜单")).to_be_hidden()
    # on paper no day comes nearer: days are told, and nothing beside them
    assert not await strip.get_by_text(re.compile("剩 |已超期")).filter(visible=True).count()
    await page.emulate_media(media="screen")


async def test_each_step_of_setting_up_leads_to_where_it_is_done(as_, axe):
    system = await as_("system_admin")
    await system.open("/setup")
    steps = system.page.get_by_role("main").locator("ol > li")
    assert await steps.count() > 4
    paths = [await link.get_attribute("href") for link in await steps.get_by_role("link").all()]
    assert paths
    assert not (wrong := await faults(system, axe, "setup")), "\n".join(wrong)
    for path in paths:
        await system.open(str(path))
        await expect(system.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(system.page.get_by_text("无权查看")).to_have_count(0)


async def test_the_parts_of_a_case_say_how_many_and_how_much(as_, client):
    police, office = client("police"), client("office")
    case = make_case(police)
    for principal in ("10000.00", "25000.50"):
        make_victim(office, case["id"], verify=False, principal=principal)
    make_item(police, case["id"], amount="120000.00")
    person = await as_("office")
    await person.open(f"/cases/{case['id']}")
    parts = person.page.get_by_role("navigation", name="本案台账")
    victims = parts.locator("div").filter(has_text="受害人")
    await expect(victims).to_contain_text("2 人")
    await expect(victims).to_contain_text("35,000.50")
    items = parts.locator("div").filter(has_text="涉案财物")
    await expect(items).to_contain_text("1 ")
    await expect(items).to_contain_text("120,000.00")
    await person.link("受害人", parts).click()
    await expect(person.rows()).to_have_count(2)


def wide() -> bytes:
    """A table of a layout that nobody knows, wider than the alphabet."""
    book = openpyxl.Workbook()
    book.active.append([f"栏目{n}" for n in range(1, 29)])
    book.active.append([f"内容{n}" for n in range(1, 29)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def test_columns_are_called_by_the_letters_of_the_sheet(as_):
    office = await as_("office")
    await office.open("/imports")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file = {"name": "宽表.xlsx", "mimeType": kind, "buffer": wide()}
    await office.page.locator("input[type=file]").set_input_files(file)
    await expect(office.page.get_by_role("heading", name="对应栏目")).to_be_visible(timeout=60_000)
    sheet = office.page.get_by_role("table").filter(has_text="栏目28")
    letters = [each.strip() for each in await sheet.get_by_role("columnheader").all_inner_texts()]
    found = [each for each in letters if re.fullmatch("[A-Z]{1,2}", each)]
    assert found[0] == "A"
    assert found[-3:] == ["Z", "AA", "AB"]
    await expect(office.page.get_by_label("AB 列对应")).to_be_visible()


async def test_a_turn_is_given_to_a_colleague_who_keeps_it(as_, client, server):
    """In a unit without a head nobody is offered to take it out of a colleague's hands again."""
    police = client("police")
    other = somebody(server, client("system_admin"), "police", police.me["unit"]["id"])
    name = other.get("/me").json()["user"]["name"]
    made = assign(
        client("office"), make_lead(client("office"), subject_name=fresh("派办馆")), police
    )
    person = await as_("police")
    await person.open("/unit-duties")
    await person.page.get_by_role("button", name=re.compile("还没有人接手")).click()
    duty = person.page.get_by_role("listitem").filter(has_text=made["number"])
    await person.button("指定经办人", duty).click()
    await expect(person.dialog()).to_contain_text(made["subject_name"])
    await person.fill({"由谁办理": name}, within=person.dialog())
    await person.dialog().locator("button[type=submit]").click()
    await person.says("已指定经办人")
    now = police.get(f"/leads/{made['id']}").json()["standing"]["now"][0]
    assert now["holder"]["name"] == name
    await expect(person.page.get_by_role("button", name="撤销")).to_have_count(0)
    url = f"/leads/{made['id']}/turns"
    assert police.post(url, json={"action": "give_back"}).status_code == 403
    freed = client("office").post(url, json={"action": "give_back"})
    assert freed.status_code == 200, freed.text
    assert police.get(f"/leads/{made['id']}").json()["standing"]["now"][0]["holder"] is None


async def test_a_case_is_as_wide_as_the_telephone(as_, client):
    """At whichever width a line of its days ends, what stands behind the last one sticks out nowhere."""
    case = make_case(client("police"))
    police = await as_("police")
    await police.open(f"/cases/{case['id']}")
    await expect(police.page.get_by_text("法定期限")).to_be_visible()
    wide = {}
    for width in range(320, 420, 4):
        await police.page.set_viewport_size({"width": width, "height": 812})
        found = await police.page.evaluate("document.documentElement.scrollWidth")
        if found > width:
            wide[width] = found
    assert not wide
