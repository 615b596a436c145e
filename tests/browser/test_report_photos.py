"""Photos with a report, on a phone: chosen, looked at, taken away again, sent, and added later."""

import base64
import io
import re
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from api.domain.reporters import receipts
from tests.browser.faults import no_faults
from tests.browser.staff import Staff
from tests.conftest import log_in
from tests.photos import bomb, exif, picture

_STORY = "推销员留下了合同和收据，我拍了照片。"


SERVER = "town"


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    made = []
    for n, colour in enumerate(("red", "green", "blue")):
        path = tmp_path / f"IMG_{n}.jpg"
        path.write_bytes(picture(size=(600 + n, 400), colour=colour))
        made.append(path)
    return made


async def submit(reporter: Staff) -> str:
    page = reporter.page
    await page.get_by_label("在哪里发生的？").select_option("341522118201")
    await reporter.button("下一步").click()
    await reporter.titled("谁")
    await reporter.button("下一步").click()
    await reporter.titled("确认")
    await reporter.button("提交").click()
    await reporter.titled("请记下回执号")
    return "".join(await page.locator(".receipt span").all_inner_texts())


async def tell(reporter: Staff) -> None:
    await reporter.button("我要举报").click()
    await reporter.titled("说情况")
    await reporter.page.get_by_label("发生了什么事？").fill(_STORY)


async def test_photos_go_with_the_report_and_later(reporter, as_, server, photos, axe):
    page = reporter.page
    await tell(reporter)
    await page.locator("input[type=file]").set_input_files(photos[:2])
    previews = page.locator(".photos img")
    await expect(previews).to_have_count(2)
    assert await previews.first.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
    await no_faults(reporter, axe, "photos")
    # nothing sticks out at the right of a telephone
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) <= 0
    await page.locator(".photos li button").first.click()
    await expect(previews).to_have_count(1)
    # the same one again stays one
    await page.locator("input[type=file]").set_input_files(photos[1:2])
    await expect(previews).to_have_count(1)
    receipt = await submit(reporter)
    assert receipts.normalised(receipt) == receipt
    await reporter.says("1 张照片都传好了")
    await no_faults(reporter, axe, "photos-sent")
    await page.get_by_label(re.compile("再输一遍")).fill(receipt)
    await page.keyboard.press("Enter")
    await reporter.button("现在查进度").click()
    await page.get_by_label(re.compile("16 位回执号")).fill(receipt)
    await page.keyboard.press("Enter")
    await reporter.says("已经收到 1 张")
    await page.locator("input[type=file]").set_input_files(photos)
    await reporter.button("送出 3 张照片").click()
    await reporter.says("照片已经传完")
    # one of the three was there already
    await reporter.says("已经收到 3 张")
    await expect(page.locator("img[alt*=照片]")).to_have_count(0)
    await no_faults(reporter, axe, "photos-later")

    with closing(log_in(server, "office")) as clerk:
        lead = clerk.get("/leads", params={"q": "合同和收据"}).json()["items"][0]
    office = await as_("office")
    await office.open(f"/leads/{lead['id']}")
    files = office.page.get_by_role("region", name="附件")
    await expect(files).to_contain_text("举报人照片1.jpg")
    await expect(files).to_contain_text("举报人照片3.jpg")
    await expect(files).to_contain_text("举报人")
    assert "IMG_" not in await office.page.content()


async def test_what_cannot_be_sent_is_told_and_the_report_is_safe(reporter, photos, tmp_path):
    page = reporter.page
    await tell(reporter)
    paper = tmp_path / "合同.pdf"
    paper.write_bytes(b"%PDF-1.7")
    await page.locator("input[type=file]").set_input_files(paper)
    await reporter.says("这不是照片")
    await expect(page.locator(".photos img")).to_have_count(0)
    broken = tmp_path / "huge.png"
    broken.write_bytes(bomb())
    await page.locator("input[type=file]").set_input_files(broken)
    await reporter.says("这不是照片")  # as no browser can open it
    await expect(page.locator(".photos img")).to_have_count(0)
    huge = tmp_path / "huge.jpg"
    huge.write_bytes(picture(size=(8000, 6300)))
    await page.locator("input[type=file]").set_input_files([huge, photos[0]])
    with reporter.watch.refusals(422):
        await submit(reporter)
        await reporter.says("第 1 张没有传上去：照片太大了")
    await reporter.button("这张不传了").click()
    await reporter.says("1 张照片都传好了")


async def test_a_lost_connection_is_told_and_tried_again(reporter, photos):
    page = reporter.page
    await tell(reporter)
    await page.locator("input[type=file]").set_input_files(photos[0])
    broken = "**/public/receipts/photos"
    await page.route(broken, lambda route: route.abort("connectionreset"))
    await submit(reporter)
    await reporter.says("连接不上服务器")
    await page.unroute(broken)
    reporter.watch.complaints.clear()
    await reporter.button("再传一次").click()
    await reporter.says("1 张照片都传好了")


def photographed(path: Path) -> bytes:
    """Twelve million points held upright: the telephone stores it lying and notes how to turn it.

    Upright it is red above and blue below, with noise between that makes it as heavy as a photo.
    """
    lying = Image.new("RGB", (4000, 3000), "blue")
    lying.paste("red", (0, 0, 1000, 3000))
    lying.paste(Image.effect_noise((2000, 3000), 90).convert("RGB"), (1000, 0))
    lying.save(path, "JPEG", quality=92, exif=exif())
    return path.read_bytes()


def upright(content: bytes) -> Image.Image:
    """A picture that nobody has to turn, with its colours where they belong."""
    drawn = Image.open(io.BytesIO(content))
    assert dict(drawn.getexif()) == {}
    width, height = drawn.size
    top = drawn.convert("RGB").getpixel((width // 2, height // 10))
    bottom = drawn.convert("RGB").getpixel((width // 2, height * 9 // 10))
    assert (top[0] > 240, top[2] < 20) == (True, True), top
    assert (bottom[2] > 240, bottom[0] < 20) == (True, True), bottom
    return drawn


#: Looks over the page's shoulder: the driver of the browser cannot show what a form carries.
_WATCH = """() => {
  const send = XMLHttpRequest.prototype.send
  XMLHttpRequest.prototype.send = function (body) {
    window.sent = body.get('photo')
    return send.call(this, body)
  }
}"""
_SENT = """() => new Promise((done) => {
  const reader = new FileReader()
  reader.onload = () => done(reader.result.split(',')[1])
  reader.readAsDataURL(window.sent)
})"""


async def sent_by(page) -> bytes:
    return base64.b64decode(await page.evaluate(_SENT))


async def test_a_large_photo_goes_up_smaller_and_the_right_way_up(reporter, server, tmp_path):
    page = reporter.page
    original = photographed(tmp_path / "IMG_big.jpg")
    assert len(original) > 3_000_000
    await tell(reporter)
    await page.locator("input[type=file]").set_input_files(tmp_path / "IMG_big.jpg")
    await page.evaluate(_WATCH)
    await submit(reporter)
    await reporter.says("1 张照片都传好了")
    sent = await sent_by(page)
    assert len(sent) < len(original) / 2
    assert upright(sent).size == (1536, 2048)
    assert b"CANARY" not in sent, "what the telephone wrote stays on the telephone"
    with closing(log_in(server, "office")) as clerk:
        newest = clerk.get("/leads", params={"sort": "-id", "limit": 1}).json()["items"][0]
        (kept,) = clerk.get(f"/leads/{newest['id']}/attachments").json()["items"]
        stored = clerk.get(f"/attachments/{kept['id']}/content").content
    # drawn once more by the server, whatever a browser says of it
    assert upright(stored).size == (1536, 2048)
    assert stored != sent


async def test_a_small_photo_goes_up_as_it_is(reporter, photos):
    page = reporter.page
    await tell(reporter)
    await page.locator("input[type=file]").set_input_files(photos[0])
    await page.evaluate(_WATCH)
    await submit(reporter)
    await reporter.says("1 张照片都传好了")
    assert await sent_by(page) == photos[0].read_bytes()


async def test_an_iphone_is_asked_for_jpeg_and_a_heic_is_explained(reporter, tmp_path):
    page = reporter.page
    await tell(reporter)
    field = page.locator("input[type=file]")
    # with HEIC in this list, an iPhone would hand one over instead of a JPEG
    assert await field.get_attribute("accept") == "image/jpeg,image/png,image/webp"
    photo = tmp_path / "IMG_0001.HEIC"
    photo.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    await field.set_input_files(photo)
    await reporter.says("HEIC 格式")
    await reporter.says("截屏")
    await expect(page.locator(".photos img")).to_have_count(0)
