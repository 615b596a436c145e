"""Similar leads over HTTP: suggested with reasons, and never to those who may not see them."""

from uuid import uuid4

from tests.factories import lead, make_lead

_BRANDS = "赫连尉迟澹台冶宗政濮阳淳单太叔申屠孙仲轩辕令狐钟离宇文长慕容鲜闾丘徒欧夏侯诸葛闻人东方"


def brand() -> str:
    """A name that no other test uses."""
    number = uuid4().int
    return "".join(_BRANDS[(number >> (8 * at)) % len(_BRANDS)] for at in range(6))


def phone() -> str:
    return f"139{uuid4().int % 10**8:08d}"


def similar(who, made) -> dict:
    answer = who.get(f"/leads/{made['id']}/similar")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(found: dict) -> list[str]:
    return [item["id"] for item in found["items"]]


class TestSimilar:
    def test_anonymous_is_refused(self, anonymous):
        assert anonymous.get(f"/leads/{uuid4()}/similar").status_code == 401
        assert anonymous.post("/leads/similar", json={}).status_code == 401

    def test_what_is_not_there_or_not_seen_is_not_found(self, client):
        made = make_lead(client("office"))
        assert client("office").get(f"/leads/{uuid4()}/similar").status_code == 404
        assert client("market").get(f"/leads/{made['id']}/similar").status_code == 404

    def test_one_name_in_other_words(self, client):
        office, who = client("office"), brand()
        one = make_lead(office, subject_name=f"霍邱县{who}康养服务有限公司", narrative="收了钱。")
        two = make_lead(office, subject_name=f"{who}康养", narrative="不退。", amount_involved=None)
        found = similar(office, one)
        assert ids(found) == [two["id"]]
        assert found["items"][0]["reasons"] == ["variant_name"]
        assert found["items"][0]["score"] >= 50
        assert found["hidden"] == 0

    def test_a_shared_number_whatever_else_is_said(self, client):
        office, number = client("office"), phone()
        one = make_lead(office, subject_name=brand(), narrative=f"电话{number}。")
        two = make_lead(
            office, subject_name=brand(), narrative=f"来电{number[:3]} {number[3:7]} {number[7:]}。"
        )
        assert ids(similar(office, one)) == [two["id"]]
        assert "same_phone" in similar(office, two)["items"][0]["reasons"]

    def test_a_copied_text_about_nobody(self, client):
        office = client("office")
        words = f"{brand()}一带有人挨户推销{brand()}牌床垫，说睡了能治{brand()}病，先交定金再送货"
        one = make_lead(office, subject_name="不详", narrative=words + "。")
        two = make_lead(
            office,
            subject_name="某公司",
            narrative="反映" + words.replace("有人", "几个人") + "，请处理。",
        )
        found = similar(office, one)
        assert ids(found) == [two["id"]]
        assert found["items"][0]["reasons"][0] == "near_text"

    def test_an_address(self, client):
        office, street = client("office"), f"{brand()[:4]}路{uuid4().int % 300 + 1}号"
        one = make_lead(office, subject_name="不详", narrative=f"在众兴集镇{street}开讲座。")
        two = make_lead(office, subject_name="不详", narrative=f"地点{street}，卖药。")
        assert "same_address" in similar(office, one)["items"][0]["reasons"]
        assert ids(similar(office, two)) == [one["id"]]

    def test_it_follows_what_is_corrected(self, client):
        office, who = client("office"), brand()
        one = make_lead(office, subject_name=who, narrative="收了钱。")
        two = make_lead(office, subject_name=brand(), narrative="不退。", amount_involved=None)
        assert ids(similar(office, one)) == []
        body = {"version": two["version"], "subject_name": f"{who}养老院"}
        assert office.patch(f"/leads/{two['id']}", json=body).status_code == 200
        assert ids(similar(office, one)) == [two["id"]]


class TestWhileTyping:
    def test_an_empty_form_finds_nothing(self, client):
        assert client("office").post("/leads/similar", json={}).json() == {"items": [], "hidden": 0}

    def test_the_same_as_of_the_lead_itself(self, client):
        office, who, number = client("office"), brand(), phone()
        made = make_lead(office, subject_name=f"{who}养老院", narrative=f"电话{number}")
        body = {"subject_name": f"{who}老年公寓", "narrative": f"他的电话是{number}"}
        found = office.post("/leads/similar", json=body).json()
        assert ids(found) == [made["id"]]
        assert found["items"][0]["reasons"] == ["same_phone", "variant_name"]

    def test_nothing_is_kept(self, client):
        office, who = client("office"), brand()
        office.post("/leads/similar", json={"subject_name": who, "narrative": "甲"})
        assert office.post("/leads/similar", json={"subject_name": who}).json()["items"] == []


class TestRights:
    """What one may not see shows at most as a count, and only to those who handle leads."""

    def test_a_department_gets_a_count_and_nothing_else(self, client):
        office, market, who = client("office"), client("market"), brand()
        make_lead(office, subject_name=who, narrative="甲")
        own = market.post("/leads", json=lead(subject_name=who, narrative="乙")).json()
        found = similar(market, own)
        assert found == {"items": [], "hidden": 1}
        assert len(similar(office, own)["items"]) == 1

    def test_whoever_only_hands_in_is_not_told_that_there_is_one(self, client):
        office, who = client("office"), brand()
        make_lead(office, subject_name=who, narrative="甲", division_code="341522118202")
        for name in ("grid01", "village01"):
            body = {"subject_name": who, "narrative": "乙"}
            assert client(name).post("/leads/similar", json=body).json() == {
                "items": [],
                "hidden": None,
            }

    def test_a_guessed_number_is_not_confirmed(self, client):
        """A grid worker sees the mask of a number in a lead and tries what it may be."""
        office, grid, number = client("office"), client("grid01"), phone()
        shown = grid.post("/leads", json=lead(subject_name=brand(), narrative=f"电话{number}"))
        assert shown.status_code == 201
        guess = {"narrative": f"电话{number}", "identifiers": [{"kind": "phone", "value": number}]}
        assert grid.post("/leads/similar", json=guess).json()["items"] == []
        assert len(office.post("/leads/similar", json=guess).json()["items"]) == 1
        again = grid.post("/leads", json=lead(subject_name=brand(), narrative=f"找{number}")).json()
        assert ids(similar(grid, again)) == []

    def test_roles_without_the_right_are_refused(self, client):
        made = make_lead(client("office"))
        for name in ("audit_admin", "system_admin", "security_admin", "finance"):
            assert client(name).get(f"/leads/{made['id']}/similar").status_code == 403
        assert client("leader").post("/leads/similar", json={}).status_code == 403
