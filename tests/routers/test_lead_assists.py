"""Assisting units over HTTP: asked, answering by their own clock, let off, and in the way of a
conclusion until then."""

from datetime import date, timedelta

from api.core.base.clock import today
from api.domain.law.calendar import Calendar
from tests import factories
from tests.answers import done, refused
from tests.duties import duties
from tests.factories import unit_of

DAY = timedelta(days=1)


def assigned(office, owner, *assisting, **over) -> dict:
    """A lead in the hands of one unit, with others asked to assist."""
    made = factories.make_lead(office)
    return done(
        office.act(
            f"/leads/{made['id']}", "assign", made["version"], unit_id=unit_of(owner),
            assisting_unit_ids=[unit_of(each) for each in assisting],
            assist_task="请核对会员名册", **over,
        )
    )  # fmt: skip


def assist_of(lead: dict, who) -> dict:
    return next(a for a in reversed(lead["assists"]) if a["unit"]["id"] == unit_of(who))


def act(who, lead: dict, of, action: str, **fields):
    assist = assist_of(lead, of)
    return who.act(
        f"/leads/{lead['id']}/assists/{assist['id']}", action, assist["version"], **fields
    )


def ask(who, lead: dict, whom, **over):
    body = {"assisting_unit_id": unit_of(whom), "assist_task": "请核对登记情况"} | over
    return who.act(f"/leads/{lead['id']}", "ask_assist", lead["version"], **body)


def read(who, lead: dict) -> dict:
    return done(who.get(f"/leads/{lead['id']}"))


def kinds(who, lead: dict) -> list[str]:
    return [duty["kind"] for duty in duties(who, lead["id"])]


def offered(assist: dict) -> set[str]:
    return {each["action"] for each in assist["available_actions"]}


class TestTheirOwnDuty:
    def test_asked_acknowledged_answered(self, office, police, market):
        lead = assigned(office, police, market)
        asked = assist_of(lead, market)
        due = Calendar.builtin().step(today(), 7).isoformat()
        assert (asked["status"], asked["task"], asked["due_on"], asked["due_rule"]) == (
            "asked", "请核对会员名册", due, "LEAD-ASSIST",
        )  # fmt: skip
        (duty,) = [d for d in duties(market, lead["id"]) if d["kind"] == "lead_assist_asked"]
        assert (duty["due_on"], duty["rule"]) == (due, "LEAD-ASSIST")
        assert duty["url_hint"] == f"/leads/{lead['id']}"
        assert kinds(police, lead) == ["lead_acknowledge"]
        mine = assist_of(read(market, lead), market)
        assert offered(mine) == {"acknowledge", "answer"}
        assert offered(assist_of(read(police, lead), market)) == {"end"}
        lead = done(act(market, lead, market, "acknowledge"))
        assert kinds(market, lead) == ["lead_assist_answer"]
        lead = done(act(market, lead, market, "answer", answer="名册属实，联系人电话13912345678。"))
        assert kinds(market, lead) == []
        answered = assist_of(read(police, lead), market)
        assert answered["status"] == "answered"
        assert "13912345678" not in answered["answer"]
        assert "名册属实" in answered["answer"]
        assert answered["answered_by"]

    def test_the_number_in_an_answer_is_revealed_for_a_reason(self, office, police, market):
        lead = assigned(office, police, market)
        lead = done(act(market, lead, market, "answer", answer="联系人电话13912345678。"))
        field = f"assists.{assist_of(lead, market)['id']}.answer"
        body = {"fields": [field], "reason": "核对协办答复"}
        values = done(police.post(f"/leads/{lead['id']}/reveals", json=body))["values"]
        assert values[field] == "联系人电话13912345678。"
        assert field in read(office, lead)["revealable"]

    def test_a_village_answers_and_reads_no_other_words(self, client, office, police, market):
        village = client("village01")
        lead = assigned(office, police, village, market)
        done(act(market, lead, market, "answer", answer="只给承办单位看，电话13912345679。"))
        seen = read(village, lead)
        assert assist_of(seen, village)["task"] == "请核对会员名册"
        others = assist_of(seen, market)
        assert (others["task"], others["answer"], others["answered_by"]) == ("", "", "")
        assert "只给承办单位看" not in str(seen)
        assert not any(i["field"].startswith("assists.") for i in seen["identifiers"])
        assert kinds(village, lead) == ["lead_assist_asked"]
        lead = done(act(village, seen, village, "answer", answer="均为本村老人。"))
        assert assist_of(read(police, lead), village)["answer"] == "均为本村老人。"

    def test_the_timeline_speaks_of_it(self, office, police, market):
        lead = assigned(office, police, market)
        done(act(market, lead, market, "acknowledge"))
        items = done(office.get(f"/leads/{lead['id']}/timeline"))["items"]
        assert items[0]["label"] == "签收协办：待签收 → 协办中"
        assert items[0]["data"]["unit"] == market.me["unit"]["name"]

    def test_nobody_else_answers(self, client, office, police, market):
        lead = assigned(office, police, market)
        assert act(police, lead, market, "answer", answer="代答").json()["code"] == (
            "not_assisting_unit"
        )
        assert act(client("culture"), lead, market, "answer", answer="x").status_code == 404
        assert act(market, lead, market, "end", reason="不想办").json()["code"] == "not_own_unit"
        stale = act(market, lead, market, "acknowledge")
        assert stale.status_code == 200
        assert act(market, lead, market, "acknowledge").status_code == 409


class TestTerms:
    def test_never_later_than_the_leads_own(self, office, police, market):
        day = (today() + 2 * DAY).isoformat()
        lead = assigned(office, police, market, due_on=day)
        assert assist_of(lead, market)["due_on"] == day
        late = (today() + 3 * DAY).isoformat()
        lead = done(act(office, lead, market, "end", reason="另请"))
        lead = read(office, lead)
        problem = refused(ask(office, lead, market, due_on=late), 422)
        assert problem["errors"][0]["code"] == "after_lead"
        past = (today() - DAY).isoformat()
        assert (
            refused(ask(office, lead, market, due_on=past), 422)["errors"][0]["code"] == "in_past"
        )
        lead = done(ask(office, lead, market, due_on=today().isoformat()))
        assert date.fromisoformat(assist_of(lead, market)["due_on"]) == today()


class TestAskingAndLettingOff:
    def test_the_unit_in_charge_asks_after_it_was_assigned(self, client, office, police, market):
        culture = client("culture")
        lead = assigned(office, police)
        assert lead["assists"] == []
        assert market.get(f"/leads/{lead['id']}").status_code == 404
        assert ask(market, lead, culture).status_code == 404
        lead = done(ask(police, lead, market))
        assert kinds(market, lead) == ["lead_assist_asked"]
        assert refused(ask(police, lead, market), 409)["code"] == "already_asked"
        assert ask(market, lead, culture).json()["code"] == "not_own_unit"
        answer = ask(police, lead, police)
        assert refused(answer, 422)["errors"][0]["code"] == "same_unit"
        answer = ask(police, lead, client("finance"))
        assert refused(answer, 422)["errors"][0]["code"] == "unit_cannot_assist"
        lead = done(ask(office, read(office, lead), culture))
        assert kinds(culture, lead) == ["lead_assist_asked"]

    def test_let_off_it_no_longer_sees_the_lead(self, office, police, market):
        lead = assigned(office, police, market)
        assert market.get(f"/leads/{lead['id']}").status_code == 200
        lead = done(act(police, lead, market, "end", reason="已自行查清"))
        ended = assist_of(lead, market)
        assert (ended["status"], ended["ended_reason"]) == ("ended", "已自行查清")
        assert market.get(f"/leads/{lead['id']}").status_code == 404
        assert kinds(market, lead) == []
        lead = done(ask(police, read(police, lead), market))
        assert [a["status"] for a in lead["assists"]] == ["ended", "asked"]
        assert market.get(f"/leads/{lead['id']}").status_code == 200

    def test_a_village_let_off_still_sees_its_own(self, client, office, police):
        village = client("village01")
        lead = assigned(office, police, village)
        done(act(office, lead, village, "end", reason="不需要"))
        assert village.get(f"/leads/{lead['id']}").status_code == 200

    def test_assigned_anew_the_new_list_holds(self, client, office, police, market):
        culture = client("culture")
        lead = assigned(office, police, market, culture)
        lead = done(police.act(f"/leads/{lead['id']}", "dispute", lead["version"], reason="不属"))
        assert kinds(market, lead) == ["lead_assist_asked"]
        lead = done(
            office.act(
                f"/leads/{lead['id']}", "assign", lead["version"], unit_id=unit_of(market),
                assisting_unit_ids=[unit_of(culture), unit_of(police)],
            )
        )  # fmt: skip
        states = {(a["unit"]["id"], a["status"]) for a in lead["assists"]}
        assert states == {
            (unit_of(market), "ended"), (unit_of(culture), "asked"), (unit_of(police), "asked"),
        }  # fmt: skip

    def test_who_was_let_off_with_the_lead_goes_when_others_take_it(self, client, office, police):
        justice, village = client("justice"), client("village02")
        lead = assigned(office, police, client("market"), village)
        url = f"/leads/{lead['id']}"
        for action in ("withdraw", "reopen"):
            lead = done(office.act(url, action, lead["version"], reason="举报人又来了"))
        assert village.get(url).status_code == 200, "nobody else works on it yet"
        done(office.act(url, "assign", lead["version"], unit_id=unit_of(justice)))
        seen = {who: client(who).get(url).status_code for who in
                ("police", "market", "village02", "village01", "justice")}  # fmt: skip
        assert seen == {
            "police": 404, "market": 404, "village02": 404, "village01": 200, "justice": 200,
        }  # fmt: skip


class TestConcluding:
    def test_not_while_an_answer_is_owed(self, office, police, market):
        lead = assigned(office, police, market)
        lead = done(police.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))
        body = {"conclusion": "illegal", "findings": "已核查。"}
        read = done(police.get(f"/leads/{lead['id']}"))
        offered = {each["action"] for each in read["available_actions"]}
        assert "conclude" not in offered
        assert read["standing"]["next_action"] is None, "nothing is filled that would be refused"
        assert market.me["unit"]["name"] in "".join(read["standing"]["blocked_by"])
        answer = police.act(f"/leads/{lead['id']}", "conclude", lead["version"], **body)
        problem = refused(answer, 409)
        assert problem["code"] == "assists_unanswered"
        assert market.me["unit"]["name"] in problem["detail"]
        done(act(police, lead, market, "end", reason="对方已口头说明，不再需要书面答复"))
        lead = done(police.act(f"/leads/{lead['id']}", "conclude", lead["version"], **body))
        assert lead["status"] == "concluded"
        answer = ask(police, lead, market)
        assert answer.json()["code"] == "transition_not_allowed"

    def test_what_is_over_asks_nothing(self, office, police, market):
        lead = assigned(office, police, market)
        assert kinds(market, lead) == ["lead_assist_asked"]
        lead = done(office.act(f"/leads/{lead['id']}", "withdraw", lead["version"], reason="误报"))
        (assist,) = lead["assists"]
        assert (assist["status"], assist["ended_reason"]) == ("ended", "线索已撤回")
        assert kinds(market, lead) == []


class TestTheView:
    def test_what_my_unit_assists_with(self, client, office, police, market):
        lead = assigned(office, police, market)
        views = done(market.get("/leads/views"))["items"]
        view = next(v for v in views if v["key"] == "assisting")
        assert view["count"] >= 1
        rows = done(market.get(f"/leads?{view['query']}&limit=200"))["items"]
        assert lead["id"] in {row["id"] for row in rows}
        done(act(office, lead, market, "end", reason="不需要"))
        rows = done(office.get(f"/leads?{view['query']}&limit=200"))["items"]
        assert lead["id"] not in {row["id"] for row in rows}
