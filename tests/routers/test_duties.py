"""Duties over HTTP: what waits for whom, and that nothing but the work itself takes it away."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from api.core.base.clock import TIMEZONE, today
from api.core.base.security import read_access_token
from api.domain.law.calendar import Calendar
from api.domain.law.clocks import working_days_left
from tests import cases, entities
from tests.conftest import log_in
from tests.database import run_sql
from tests.duties import count, duties
from tests.factories import assign, conclude, make_lead
from tests.money import done, made, make_case, make_item, make_victim, measure, post_entry
from tests.public import hand_in, show

pytestmark = pytest.mark.days


class TestWhoSeesWhat:
    def test_nobody(self, anonymous):
        assert anonymous.get("/me/duties").status_code == 401

    @pytest.mark.parametrize("who", ["audit_admin", "system_admin", "security_admin", "grid01"])
    def test_some_have_no_business_duties(self, client, who):
        assert done(client(who).get("/me/duties")) == {
            "items": [], "counts": [], "total": 0, "next_cursor": None,
        }  # fmt: skip

    def test_a_lead_moves_from_desk_to_desk(self, client):
        office, police = client("office"), client("police")
        lead = make_lead(client("grid01"), division_code="341522118201")
        before = count(office, "lead_register")
        assert before >= 1
        lead = done(office.act(f"/leads/{lead['id']}", "register", lead["version"]))
        assert count(office, "lead_register") == before - 1
        assert count(office, "lead_assign") >= 1
        lead = assign(office, lead, police)
        (receipt,) = duties(police, lead["id"])
        assert (receipt["kind"], receipt["what"]) == ("lead_acknowledge", "待签收")
        assert receipt["rule"] == "LEAD-ACK"
        # the term as the office left it, by the same rule that the form asks
        term = done(office.get("/time-rules/LEAD-ACK/due", params={"start": today().isoformat()}))
        assert f"：{term['term_label']}内" in receipt["rule_label"]
        assert receipt["due_on"] == term["on"]
        left = working_days_left(today(), date.fromisoformat(term["on"]), Calendar.builtin())
        assert (receipt["working_days_left"], receipt["overdue"]) == (left, False)
        assert receipt["url_hint"] == f"/leads/{lead['id']}"
        assert duties(office, lead["id"]) == []
        assert duties(client("market"), lead["id"]) == []
        lead = done(police.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))
        (check,) = duties(police, lead["id"])
        assert (check["what"], check["due_on"], check["rule"]) == (
            "待核查",
            lead["due_on"],
            "LEAD-01",
        )

    def test_a_dispute_comes_back_to_the_office(self, client):
        office, police = client("office"), client("police")
        lead = assign(office, make_lead(office), police)
        before = count(office, "lead_disputed")
        done(police.act(f"/leads/{lead['id']}", "dispute", lead["version"], reason="不属本所职责"))
        assert count(office, "lead_disputed") == before + 1
        assert duties(police, lead["id"]) == []

    def test_a_message_of_the_reporter_waits_for_whoever_has_the_lead(self, anonymous, client):
        office, police = client("office"), client("police")
        mark = uuid4().hex[:10]
        receipt = hand_in(anonymous, narrative=f"收了押金不退，记号{mark}。")
        (lead,) = done(office.get("/leads", params={"q": mark}))["items"]
        assert duties(office, lead["id"], "lead_register")

        before = count(office, "lead_message")
        made(show(anonymous, receipt, "/messages", text="他又来了。"))
        (message,) = duties(office, lead["id"], "lead_message")
        assert (message["what"], message["rule"]) == ("举报人留言待答复", "STEP-ANSWER")
        assert message["since"] < message["due_on"]
        assert message["url_hint"] == f"/leads/{lead['id']}"
        assert "他又来了" not in str(message)
        made(show(anonymous, receipt, "/messages", text="开一辆白色面包车。"))
        assert count(office, "lead_message") == before + 1, "one lead is one duty"
        assert duties(police, lead["id"]) == []

        # it goes along with the lead, and an answer takes it away
        url = f"/leads/{lead['id']}"
        lead = assign(office, done(office.act(url, "register", lead["version"])), police)
        assert duties(office, lead["id"]) == []
        kinds = {d["kind"] for d in duties(police, lead["id"])}
        assert kinds == {"lead_acknowledge", "lead_message"}
        assert duties(client("market"), lead["id"]) == []
        assert duties(client("leader"), lead["id"]) == []
        made(police.post(f"{url}/messages", json={"text": "收到，正在找他。"}))
        assert [d["kind"] for d in duties(police, lead["id"])] == ["lead_acknowledge"]

        # so does having read it, where nothing is to be said
        made(show(anonymous, receipt, "/messages", text="谢谢。"))
        assert "lead_message" in {d["kind"] for d in duties(police, lead["id"])}
        assert police.post(f"{url}/messages/reads").status_code == 204
        assert [d["kind"] for d in duties(police, lead["id"])] == ["lead_acknowledge"]

    def test_the_reporter_is_to_be_answered_before_it_closes(self, client):
        office, police = client("office"), client("police")
        lead = conclude(office, police, "unfounded")
        assert [d["what"] for d in duties(police, lead["id"])] == ["待反馈举报人"]
        before = count(office, "lead_close")
        done(
            police.act(
                f"/leads/{lead['id']}",
                "feed_back",
                lead["version"],
                feedback_mode="impossible",
                feedback_note="已告知",
            )
        )
        assert duties(police, lead["id"]) == []
        assert count(office, "lead_close") == before + 1

    def test_the_list_is_in_order_of_the_due_dates(self, client):
        items = done(client("police").get("/me/duties", params={"limit": 200}))["items"]
        days = [item["due_on"] or "9999" for item in items]
        assert days == sorted(days)

    def test_one_kind_is_listed_whatever_is_more_urgent(self, client):
        office = client("office")
        lead = make_lead(office)
        asked = {"kind": "lead_assign", "limit": 1}
        answer = done(office.get("/me/duties", params=asked))
        assert [d["kind"] for d in answer["items"]] == ["lead_assign"]
        assert answer["total"] == sum(c["count"] for c in answer["counts"]) > 1
        assert lead["status"] == "registered"
        assert office.get("/me/duties", params={"kind": "nothing"}).status_code == 422

    @pytest.mark.parametrize("limit", ["0", "201", "x"])
    def test_a_bad_limit(self, client, limit):
        assert client("office").get("/me/duties", params={"limit": limit}).status_code == 422


class TestOtherLedgers:
    def test_a_case_waits_for_its_filing_decision_by_the_laws_term(self, client):
        police = client("police")
        case = cases.make_case(police)
        assert [d["kind"] for d in duties(police, case["id"])] == ["case_accept"]
        case = cases.act(police, case, "accept", accepted_on=today().isoformat())
        (duty,) = duties(police, case["id"])
        assert (duty["kind"], duty["due_on"]) == ("case_filing", case["due_on"])
        assert duty["rule_label"]
        assert duties(client("office"), case["id"]) == []

    def test_a_tier_asks_for_a_visit_and_a_visit_for_its_result(self, client):
        market = client("market")
        entity = entities.register(market)
        entity = entities.assess(market, entity, "red")
        visit = entities.visit(market, entity_id=entity["id"])
        assert [d["kind"] for d in duties(market, visit["id"])] == ["inspection_due"]
        assert duties(market, entity["id"], "entity_inspection") == []
        done_ = entities.act(
            market, "inspections", visit, "complete", finding="problem", note="会销"
        )
        assert [d["kind"] for d in duties(market, done_["id"])] == ["inspection_close"]
        due = (today() + timedelta(days=5)).isoformat()
        order = made(
            market.post(
                "/rectifications",
                json={"inspection_id": visit["id"], "requirements": "停止会销", "due_on": due},
            )
        )
        (duty,) = duties(market, order["id"])
        assert (duty["kind"], duty["due_on"], duty["title"]) == (
            "rectification_due", due, entity["name"],
        )  # fmt: skip
        entities.act(market, "rectifications", order, "submit", materials="已停止")
        assert [d["kind"] for d in duties(market, order["id"])] == ["rectification_recheck"]


class TestMoney:
    """支出待复核 is a duty of those who may confirm it, and never of whoever posted it."""

    WHO = ("police", "office", "finance", "leader", "market", "county", "audit_admin")

    def awaiting(self, client, running, way=("restrained", "returned")) -> tuple[str, dict]:
        case_id = make_case(running)
        police = client("police")
        victim_id = make_victim(client("office"), case_id)["id"]
        made(post_entry(police, case_id, "traced_source", "restrained", "900.00"))
        entry = post_entry(police, case_id, *way, "300.00", victim_id=victim_id)
        return case_id, made(entry)

    def whose(self, client, entry: dict) -> set[str]:
        kind = "ledger_confirm"
        return {who for who in self.WHO if duties(client(who), entry["id"], kind)}

    def test_it_waits_for_the_second_person_with_its_age(self, client, running):
        case_id, entry = self.awaiting(client, running)
        assert self.whose(client, entry) == {"office", "finance"}
        (duty,) = duties(client("office"), entry["id"], "ledger_confirm")
        assert (duty["what"], duty["title"]) == ("支出待复核", "已发还 300.00 元")
        posted = datetime.fromisoformat(entry["recorded_at"]).astimezone(TIMEZONE)
        assert duty["since"] == posted.date().isoformat()
        term = done(
            client("office").get("/time-rules/LEDGER-CONFIRM/due", params={"start": duty["since"]})
        )
        assert (duty["due_on"], duty["rule"]) == (term["on"], "LEDGER-CONFIRM")
        assert f"：{term['term_label']}内" in duty["rule_label"]
        assert duty["url_hint"] == f"/ledger/entries/{entry['id']}"
        case = done(client("leader").get(f"/cases/{case_id}"))
        assert duty["number"] == case["number"]
        assert (case["entries_awaiting"], case["entries_awaiting_since"]) == (1, duty["since"])
        rows = done(client("police").get("/cases", params={"limit": 200}))["items"]
        assert [row["entries_awaiting"] for row in rows if row["id"] == case_id] == [1]
        asked = {"book_id": case_id, "status": "awaits"}
        waiting = done(client("office").get("/ledger/entries", params=asked))["items"]
        assert [each["id"] for each in waiting] == [entry["id"]]

    @pytest.mark.parametrize(
        ("who", "action", "said"),
        [
            ("finance", "confirm", {"document_no": "复核1号"}),
            ("police", "void", {"document_no": "更正1号", "reason": "重复"}),
        ],
    )
    def test_the_act_alone_takes_it_away(self, client, running, who, action, said):
        case_id, entry = self.awaiting(client, running)
        before = count(client("office"), "ledger_confirm")
        url = f"/ledger/entries/{entry['id']}"
        done(client(who).act(url, action, entry["version"], **said))
        assert self.whose(client, entry) == set()
        assert count(client("office"), "ledger_confirm") == before - 1
        case = done(client("office").get(f"/cases/{case_id}"))
        assert (case["entries_awaiting"], case["entries_awaiting_since"]) == (0, None)

    def test_what_needs_no_second_person_waits_for_nobody(self, client, running):
        case_id = make_case(running)
        entry = made(post_entry(client("police"), case_id, "traced_source", "traced", "1.00"))
        assert self.whose(client, entry) == set()


class TestFreezes:
    def frozen(self, client, running, ends: date) -> dict:
        item = make_item(client("police"), make_case(running))
        body = measure(
            item,
            starts_on=(today() - timedelta(days=30)).isoformat(),
            expires_on=ends.isoformat(),
        )
        return made(client("police").post("/property-measures", json=body))

    def test_within_thirty_working_days_it_stands_in_the_list_until_it_is_renewed(
        self, client, running
    ):
        police = client("police")
        soon = self.frozen(client, running, Calendar.builtin().step(today(), 10))
        (duty,) = duties(police, soon["id"])
        assert duty["what"] == "冻结即将到期"
        # its warnings are counted in working days, its term is not: told as on its own page
        assert duty["working_days_left"] is None
        assert "程序规定" in duty["rule_label"]
        assert duties(client("office"), soon["id"]) == []
        done(
            police.act(
                f"/property-measures/{soon['id']}",
                "renew",
                soon["version"],
                decided_on=today().isoformat(),
                authority_level="county_psb",
                document_no="续1号",
            )
        )
        assert duties(police, soon["id"]) == []

    def test_further_off_it_does_not_cry(self, client, running):
        later = self.frozen(client, running, Calendar.builtin().step(today(), 31))
        assert duties(client("police"), later["id"]) == []
        near = self.frozen(client, running, Calendar.builtin().step(today(), 30))
        assert duties(client("police"), near["id"], "measure_expiring")


def test_many_of_one_kind_are_one_line(client):
    """Above ten: their number and the first of them; the rest still one by one."""
    office = client("office")
    for _ in range(11):
        make_lead(office)
    plain = office.get("/me/duties", params={"limit": 200}).json()
    found = office.get("/me/duties", params={"limit": 200, "grouped": True}).json()
    assert found["total"] == plain["total"]
    many = {each["kind"]: each for each in found["counts"] if each["is_grouped"]}
    assert many["lead_assign"]["count"] > 10
    assert not {each["kind"] for each in found["items"]} & set(many)
    assert {each["kind"] for each in found["items"]} == {
        each["kind"] for each in found["counts"] if not each["is_grouped"]
    }
    of_them = office.get("/me/duties", params={"kind": "lead_assign", "limit": 200}).json()["items"]
    assert many["lead_assign"]["first_due_on"] == of_them[0]["due_on"]
    assert many["lead_assign"]["overdue"] == of_them[0]["overdue"]
    # of one kind they are listed one by one, whatever is asked for
    one = office.get("/me/duties", params={"kind": "lead_assign", "grouped": True}).json()
    assert len(one["items"]) > 10
    assert not any(each["is_grouped"] for each in plain["counts"])


def test_a_line_tells_where_how_much_and_from_whom(client):
    """One lead is told from another without being opened; what is the unit's own comes from nobody."""
    office, police = client("office"), client("police")
    made_there = make_lead(
        client("grid01"), division_code="341522118201", amount_involved="36000.00"
    )
    (line,) = duties(office, made_there["id"])
    assert (line["place"], line["amount"]) == (made_there["division_name"], "36000.00")
    assert line["from_unit"] == client("grid01").me["unit"]["name"]
    own = make_lead(office)
    (line,) = duties(office, own["id"])
    assert (line["amount"], line["from_unit"]) == (own["amount_involved"], None)
    assign(office, own, police)
    (line,) = duties(police, own["id"])
    assert line["from_unit"] == office.me["unit"]["name"]


def test_a_page_without_counts(client):
    """Who only goes on through the list need not have everything counted; of that there is no sum."""
    office = client("office")
    make_lead(office)
    plain = office.get("/me/duties", params={"limit": 200}).json()
    page = office.get("/me/duties", params={"limit": 200, "with_counts": False}).json()
    assert (page["counts"], page["total"]) == ([], None)
    assert page["items"] == plain["items"]
    lines = {"limit": 200, "with_counts": False, "grouped": True}
    assert office.get("/me/duties", params=lines).json()["items"] == plain["items"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"grouped": True},
        {"with_counts": False},
        {"kind": "outcome_publish"},
        {"kind": "outcome_publish", "with_counts": False},
    ],
)
def test_whose_login_is_over_learns_nothing(running, asked):
    """Whatever is read, or not read, for it."""
    for who in ("office", "grid01"):
        person = log_in(running, who)
        assert person.get("/me/duties", params=asked).status_code == 200
        token = person.headers["Authorization"].removeprefix("Bearer ")
        session_id = read_access_token(token).session_id
        run_sql(running, "UPDATE sessions SET revoked_at = now() WHERE id = $1", session_id)
        answer = person.get("/me/duties", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_stale")


class TestPages:
    def walked(self, who, limit: int, **asked) -> list[dict]:
        """Everything, page by page."""
        found, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = done(who.get("/me/duties", params={"limit": limit} | asked | more))
            assert len(page["items"]) <= limit
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def test_pages_lose_nothing_and_double_nothing(self, client):
        office, police = client("office"), client("police")
        late = (today() + timedelta(days=5)).isoformat()
        made = [make_lead(office) for _ in range(7)]
        for place, lead in enumerate(made):  # some of the same day, some of another
            due = {"due_on": late} if place % 2 else {}
            unit = police.me["unit"]["id"]
            done(office.act(f"/leads/{lead['id']}", "assign", lead["version"], unit_id=unit, **due))
        every = [(each["kind"], each["id"]) for each in self.walked(police, 200)]
        wanted = {("lead_acknowledge", f"lead_acknowledge:{lead['id']}") for lead in made}
        assert wanted <= set(every)
        for limit in (1, 3, 50):
            paged = [(each["kind"], each["id"]) for each in self.walked(police, limit)]
            assert sorted(paged) == sorted(every), limit
        one_kind = self.walked(police, 2, kind="lead_acknowledge")
        assert {each["id"] for each in one_kind} >= {which for _, which in wanted}
        assert len({each["id"] for each in one_kind}) == len(one_kind)

    def test_what_was_done_meanwhile_moves_nothing(self, client):
        office, police = client("office"), client("police")
        made = [assign(office, make_lead(office), police) for _ in range(5)]
        asked = {"kind": "lead_acknowledge", "limit": 2}
        seen, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = done(police.get("/me/duties", params=asked | more))
            ids = [each["subject_id"] for each in page["items"]]
            seen += ids
            for lead in [lead for lead in made if lead["id"] in ids]:
                done(police.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert {lead["id"] for lead in made} <= set(seen)
        assert len(seen) == len(set(seen))

    def test_a_foreign_cursor_is_refused(self, client):
        answer = client("police").get("/me/duties", params={"cursor": "abc"})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
