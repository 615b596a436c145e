"""The printed hand-over slip: what stands on it, and what never does."""

from datetime import date, timedelta

from tests.factories import assign, make_lead


def slip(who, lead: dict):
    return who.get(f"/leads/{lead['id']}/slip")


class TestSlip:
    def test_it_says_who_gave_what_to_whom_until_when_and_why(self, client):
        office, police = client("office"), client("police")
        lead = assign(office, make_lead(office), police)
        got = slip(police, lead).json()
        assert got["lead"]["number"] == lead["number"]
        assert got["lead"]["owner_unit"]["name"] == "派出所"
        assert got["assigned_by"] == "平安办"
        assert got["assigned_on"] == got["printed_on"] == lead["updated_at"][:10]
        assert "15个工作日" in got["rule"]
        assert got["printed_by"] == police.me["user"]["name"]

    def test_a_date_set_by_hand_says_so(self, client):
        office, police = client("office"), client("police")
        lead = make_lead(office)
        by_hand = (date.fromisoformat(lead["created_at"][:10]) + timedelta(days=3)).isoformat()
        unit = police.me["unit"]["id"]
        url = f"/leads/{lead['id']}"
        office.act(url, "assign", lead["version"], unit_id=unit, due_on=by_hand)
        got = slip(office, lead).json()
        assert got["lead"]["due_on"] == by_hand
        assert got["rule"].startswith("交办时指定（按规则为 ")

    def test_nobody_is_named_on_it(self, client):
        office, police = client("office"), client("police")
        reporter = {"kind": "real_name", "name": "王文秀", "phone": "18586411921"}
        lead = make_lead(office, narrative="对方电话13912345678。", reporter=reporter)
        text = slip(office, assign(office, lead, police)).text
        assert "举报人#" in text
        assert "139****5678" in text
        for secret in ("王文秀", "18586411921", "13912345678"):
            assert secret not in text

    def test_there_is_none_before_it_is_given_away(self, client):
        answer = slip(client("office"), make_lead(client("office")))
        assert (answer.status_code, answer.json()["code"]) == (409, "lead_not_assigned")

    def test_others_do_not_see_it(self, client, anonymous):
        office = client("office")
        lead = assign(office, make_lead(office), client("police"))
        assert slip(client("village02"), lead).status_code == 404
        assert slip(client("finance"), lead).status_code == 403
        assert slip(anonymous, lead).status_code == 401
