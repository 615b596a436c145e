"""One thing is registered once, held by what may hold it, and let go before somebody else has it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cases import TODAY, YESTERDAY, filed
from tests.money import done, made, make_item, measure

DAY = str(TODAY)
ACCOUNT = "6222021309000004441"


@pytest.fixture
def police(client):
    return client("police")


@pytest.fixture
def case(police) -> dict:
    return filed(police)


def post_item(police, case: dict, **over):
    body = {"case_id": case["id"], "kind": "deposit", "title": "归集账户", "account": ACCOUNT}
    return police.post("/property-items", json=body | over)


def post_measure(police, item: dict, **over):
    return police.post("/property-measures", json=measure(item, starts_on=YESTERDAY) | over)


def determined(police, item: dict, ownership: str = "victim") -> dict:
    return done(
        police.act(
            f"/property-items/{item['id']}", "determine", item["version"], ownership=ownership,
            authority="霍邱县公安局", document_no="鉴1号", reason="已查明",
        )
    )  # fmt: skip


def dispose(police, item: dict, **over):
    body = {
        "disposal": "return", "authority": "霍邱县公安局", "document_no": "还1号",
        "disposed_on": DAY, "reason": "发还",
    } | over  # fmt: skip
    return police.act(f"/property-items/{item['id']}", "dispose", item["version"], **body)


def codes(answer, status: int = 422) -> set[str]:
    assert answer.status_code == status, answer.text
    return {each["code"] for each in answer.json()["errors"]}


class TestOneThingOnce:
    @pytest.mark.parametrize(
        "again",
        [
            {},
            {"title": "另一个账户", "amount": "5.00"},
            {"account": "6222 0213 0900 0004 441"},
            {"kind": "other"},
            {"kind": "securities"},
        ],
        ids=str,
    )
    def test_the_same_account_twice_in_a_case_is_one(self, police, case, again):
        first = made(post_item(police, case))
        answer = post_item(police, case, **again)
        assert codes(answer, 409) == {"property_known"}
        body = answer.json()
        assert (body["id"], body["number"]) == (first["id"], first["number"])
        assert first["number"] in body["detail"]

    def test_other_cases_other_shares_and_mistakes_taken_back_are_let_in(self, police, case):
        first = made(post_item(police, case))
        made(post_item(police, filed(police)))
        made(post_item(police, case, account=""))
        made(post_item(police, case, account=""))
        shares = {"kind": "securities", "account": "A123456789"}
        made(post_item(police, case, title="甲公司股票", **shares))
        made(post_item(police, case, title="乙公司股票", **shares))
        assert codes(post_item(police, case, title=" 甲公司股票", **shares), 409)
        done(police.act(f"/property-items/{first['id']}", "withdraw", 1, reason="登记有误"))
        made(post_item(police, case))

    def test_nor_by_a_correction(self, police, case):
        first = made(post_item(police, case))
        other = made(post_item(police, case, account="6222021309000004458"))
        url = f"/property-items/{other['id']}"
        answer = police.patch(url, json={"version": other["version"], "account": ACCOUNT})
        assert codes(answer, 409) == {"property_known"}
        own = {"version": first["version"], "account": ACCOUNT, "title": "归集账户（主）"}
        done(police.patch(f"/property-items/{first['id']}", json=own))

    def test_nor_by_two_at_the_same_moment(self, police, case):
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: post_item(police, case), range(4)))
        assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


class TestWhatHoldsIt:
    @pytest.mark.parametrize("kind", ["cash", "vehicle", "valuables", "real_estate"])
    def test_what_can_be_taken_hold_of_is_not_frozen(self, police, case, kind):
        item = make_item(police, case["id"], kind=kind, account="")
        answer = post_measure(police, item)
        assert codes(answer) == {"measure_does_not_fit"}
        assert "第二百三十七条" in answer.json()["article"]
        right = "seal" if kind == "real_estate" else "seize"
        made(post_measure(police, item, kind=right))

    @pytest.mark.parametrize(
        "people", [["甲某", "甲某"], ["甲某", " 甲 某"], ["甲某", "乙某", "甲某"]]
    )
    def test_one_officer_is_not_two(self, police, case, people):
        item = make_item(police, case["id"])
        assert codes(post_measure(police, item, officers=people)) == {"officers_doubled"}

    def test_spaces_make_no_second_officer_of_a_seizure(self, police, case):
        item = make_item(police, case["id"], kind="cash", account="")
        answer = post_measure(police, item, kind="seize", officers=["甲某", "甲某 "])
        assert codes(answer) == {"officers_missing"}

    @pytest.mark.parametrize("name", ["张三小卖部", "某某公司", "村民李某"])
    def test_only_an_organ_decides(self, police, case, name):
        item = make_item(police, case["id"])
        assert codes(post_measure(police, item, authority=name)) == {"not_an_organ"}
        item = determined(police, item)
        assert codes(dispose(police, item, authority=name)) == {"not_an_organ"}
        other = make_item(police, case["id"])
        answer = police.act(
            f"/property-items/{other['id']}", "determine", 1, ownership="victim",
            authority=name, document_no="鉴1号", reason="已查明",
        )  # fmt: skip
        assert codes(answer) == {"not_an_organ"}


class TestHowItLeaves:
    def test_what_is_frozen_is_not_given_back(self, police, case):
        item = make_item(police, case["id"])
        freeze = made(post_measure(police, item))
        item = determined(police, item)
        answer = dispose(police, item)
        assert codes(answer) == {"still_held"}
        assert freeze["document_no"] in answer.json()["detail"]
        url = f"/property-measures/{freeze['id']}"
        done(
            police.act(
                url, "release", freeze["version"], released_on=DAY, release_reason="disposed",
                document_no="解1号", reason="发还",
            )
        )  # fmt: skip
        assert done(dispose(police, item))["status"] == "disposed"

    def test_a_sale_goes_on_under_the_seizure(self, police, case):
        item = make_item(police, case["id"], kind="vehicle", account="")
        made(post_measure(police, item, kind="seize"))
        item = determined(police, item, "proceeds")
        sold = done(dispose(police, item, disposal="sell", proceeds="78500.00"))
        assert sold["proceeds"] == "78500.00"

    def test_only_a_sale_has_proceeds(self, police, case):
        item = determined(police, make_item(police, case["id"], amount="1000.00"))
        answer = dispose(police, item, proceeds="999999.00")
        assert codes(answer) == {"not_asked"}
        assert answer.json()["errors"][0]["pointer"] == "/proceeds"
