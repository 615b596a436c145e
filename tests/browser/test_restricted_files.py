"""A hint from a lead's page to the county's own list, and a page that shows others nothing."""

from contextlib import closing

from playwright.async_api import expect

from tests.browser.faults import NARROW, faults
from tests.conftest import log_in
from tests.factories import make_lead

SERVER = "town"


async def test_from_the_lead_to_the_list(as_, server, axe):
    with closing(log_in(server, "office")) as clerk:
        lead = make_lead(clerk)
    office = await as_("office")
    await office.open(f"/leads/{lead['id']}")
    await office.button("反映涉黑涉恶、腐败线索").click()
    await office.dialog().get_by_label("充当“保护伞”").check()
    await office.dialog().get_by_label("什么人、什么事").fill("怀疑有人给推销会通风报信。")
    await office.dialog().locator("button[type=submit]").click()
    await office.says("反映过：充当“保护伞”")
    timeline = office.page.locator("aside")
    await expect(timeline).not_to_contain_text("反映")
    await office.open("/restricted-files")
    await expect(office.page.get_by_text(lead["number"])).to_have_count(0)

    county = await as_("county")
    await county.open("/restricted-files")
    await county.record(lead["number"]).first.click()
    await county.says("怀疑有人给推销会通风报信。")
    assert not (found := await faults(county, axe, "restricted-file")), "\n".join(found)
    await county.page.set_viewport_size(NARROW)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await county.page.evaluate(wide) <= 0
    await county.button("加入知情人").click()
    await county.dialog().get_by_label("理由").fill("督导组须同步掌握")
    await expect(county.dialog()).to_contain_text("知情人")
    await county.button("取消", county.dialog()).click()
