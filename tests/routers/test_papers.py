"""Papers: made with numbers without gaps, the same whatever becomes of the record, seen with it."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote
from uuid import uuid4

import pytest

from api.core.base.clock import today
from api.domain.papers.papers import RULES, PaperKind
from tests import factories, handovers
from tests.access.towns import VILLAGE, other_town
from tests.answers import done, problem
from tests.conftest import own_town
from tests.database import run_sql
from tests.entities import act, assess, register
from tests.factories import assign, make_lead
from tests.papers import make, ordered, preview, printed, said, void

#: Numbers are counted by town: every one here is of this file.
running, client = own_town()
LETTER, NOTICE = "transfer_letter", "rectification_notice"
REMINDER, SLIP = "reminder_letter", "assignment_slip"
USCC = "913415222M3M3HCL13"
NUMBER = re.compile(r"^众养诈(移|责改|提示|交办)〔2026〕(\d+)号$")


def reminded(who, note: str = "不得以养生讲座名义推销") -> dict:
    made = assess(who, register(who), "yellow")
    return act(who, "risk-entities", made, "remind", note=note)


def sent(client, **over) -> dict:
    return handovers.sent(client, **over)


def made(who, kind: str, record: dict) -> dict:
    return done(make(who, kind, record))


def given(client, **over) -> dict:
    office = client("office")
    return assign(office, make_lead(office, **over), client("police"))


class TestEveryKind:
    @pytest.mark.parametrize(
        ("kind", "who", "record"),
        [
            (LETTER, "market", sent),
            (NOTICE, "market", lambda client: ordered(client("market"))),
            (REMINDER, "market", lambda client: reminded(client("market"))),
            (SLIP, "office", given),
        ],
    )
    def test_it_is_shown_made_listed_and_downloaded(self, client, kind, who, record):
        maker, found = client(who), record(client)
        shown = done(preview(maker, kind, found))
        assert (shown["missing"], shown["refusal"]) == ([], "")
        paper = made(maker, kind, found)
        assert NUMBER.match(paper["number"])[1] == RULES[PaperKind(kind)].series
        # what was shown is what was made, but for the number
        before = said(shown["blocks"]).replace("（制作时编号）", paper["number"])
        assert before == said(paper["blocks"])
        listed = done(maker.get("/papers", params={"subject_id": found["id"]}))["items"]
        assert [each["id"] for each in listed] == [paper["id"]]
        answer = maker.get(f"/papers/{paper['id']}/file")
        assert answer.status_code == 200
        name = unquote(answer.headers["content-disposition"].split("UTF-8''")[1])
        assert name == f"{PaperKind(kind).label}（{paper['number']}）.docx"
        text = printed(answer)
        for part in (p["text"] for b in paper["blocks"] for p in b["parts"] if p["field"]):
            assert part.splitlines()[0] in text

    def test_each_figure_says_where_it_was_read(self, client):
        market = client("market")
        order = ordered(market)
        parts = [
            part
            for block in done(preview(market, NOTICE, order))["blocks"]
            for part in block["parts"]
            if part["field"]
        ]
        of = {part["field"]: part for part in parts}
        assert of["due_on"]["label"] == "整改期限"
        assert (of["due_on"]["noun"], of["due_on"]["record_id"]) == ("rectification", order["id"])
        assert of["entity_name"]["noun"] == "risk_entity"
        assert of["entity_name"]["record_id"] == order["entity"]["id"]
        assert of["problems"]["text"] == "会销推销保健品"
        assert of["problems"]["record_id"] == order["inspection_id"]

    def test_an_entity_handed_over_has_its_letter(self, client):
        market, police = client("market"), client("police")
        made_ = assess(market, register(market), "red", route="suspected_crime")
        act(
            market, "risk-entities", made_, "fix_evidence",
            fixed_on="2026-11-25", fixed_by="赵某", evidence_list="合同十二份",
        )  # fmt: skip
        body = {k: v for k, v in factories.TO_POLICE.items() if k != "department"}
        body["receiver_unit_id"] = factories.unit_of(police)
        moved = act(market, "risk-entities", made_, "transfer_police", **body)
        over = moved["handovers"][-1]
        paper = made(market, LETTER, over)
        text = said(paper["blocks"])
        assert "行政执法机关移送涉嫌犯罪案件的规定" in text
        assert "李所长" in text
        assert made_["name"] in text
        # whoever got it sees its letter, and may not make one
        assert done(police.get(f"/papers/{paper['id']}"))["number"] == paper["number"]
        problem(make(police, LETTER, over), 403, "not_own_unit")


class TestNumbers:
    def test_there_is_no_gap_under_twenty_makers_some_of_whom_fail(self, client, running):
        market = client("market")
        first = made(market, NOTICE, ordered(market))
        orders = [ordered(market) for _ in range(14)]
        # the same again, without what is needed, of nobody's, by who may not
        twice, bare = orders[0], register(market)
        calls = [lambda o=o: make(market, NOTICE, o) for o in orders]
        calls[3:3] = [lambda: make(market, NOTICE, twice)] * 2
        calls[9:9] = [lambda: make(market, REMINDER, bare)] * 2
        calls.insert(12, lambda: make(market, NOTICE, {"id": str(uuid4())}))
        calls.insert(15, lambda: make(client("office"), NOTICE, orders[5]))
        assert len(calls) == 20
        with ThreadPoolExecutor(20) as pool:
            answers = [each.result() for each in [pool.submit(call) for call in calls]]
        numbers = [a.json()["number"] for a in answers if a.status_code == 201]
        refused = sorted(a.status_code for a in answers if a.status_code != 201)
        assert refused == [403, 404, 409, 409, 422, 422]
        begins = int(NUMBER.match(first["number"])[2])
        told = sorted(int(NUMBER.match(number)[2]) for number in numbers)
        assert told == [*range(begins + 1, begins + 15)]
        following = made(market, NOTICE, ordered(market))
        assert int(NUMBER.match(following["number"])[2]) == begins + 15
        rows = run_sql(
            running,
            "SELECT max(seq) = count(*) AS whole FROM papers GROUP BY town_code, series, year",
        )
        assert all(row["whole"] for row in rows)

    def test_a_voided_paper_keeps_its_number_and_says_so(self, client):
        market = client("market")
        order = ordered(market)
        paper = made(market, NOTICE, order)
        problem(make(market, NOTICE, order), 409, "paper_exists")
        gone = done(void(market, paper, "对象写错"))
        assert (gone["status"], gone["void_reason"]) == ("voided", "对象写错")
        assert gone["number"] == paper["number"]
        assert gone["available_actions"] == []
        again = made(market, NOTICE, order)
        assert again["number"] != paper["number"]
        answer = market.get(f"/papers/{paper['id']}/file")
        assert "本文书已作废：对象写错" in printed(answer)
        problem(void(market, gone), 409, "transition_not_allowed")
        listed = done(market.get("/papers", params={"subject_id": order["id"]}))["items"]
        assert [each["status"] for each in listed] == ["made", "voided"]
        only = done(market.get("/papers", params={"subject_id": order["id"], "status": "voided"}))
        assert [each["id"] for each in only["items"]] == [paper["id"]]
        by_number = done(market.get("/papers", params={"q": paper["number"]}))["items"]
        assert [each["id"] for each in by_number] == [paper["id"]]

    def test_a_repeated_request_makes_one(self, client):
        market = client("market")
        body = {"kind": NOTICE, "subject_id": ordered(market)["id"]}
        key = {"Idempotency-Key": str(uuid4())}
        one = done(market.post("/papers", json=body, headers=key))
        two = done(market.post("/papers", json=body, headers=key))
        assert (one["id"], one["number"]) == (two["id"], two["number"])


class TestWhatItSays:
    def test_it_stays_when_the_record_is_changed(self, client):
        market = client("market")
        order = ordered(market)
        paper = made(market, NOTICE, order)
        before = printed(market.get(f"/papers/{paper['id']}/file"))
        body = {"version": order["version"], "requirements": "改为停业"}
        done(market.patch(f"/rectifications/{order['id']}", json=body))
        now = done(market.get(f"/papers/{paper['id']}"))
        assert now["blocks"] == paper["blocks"]
        assert printed(market.get(f"/papers/{paper['id']}/file")) == before
        # what it would say now is another paper
        other = made(market, NOTICE, order)
        assert "改为停业" in said(other["blocks"])

    def test_whoever_reported_is_not_in_it_and_numbers_are_masked(self, client, running):
        office = client("office")
        reporter = {"kind": "real_name", "name": "王文秀", "phone": "18586411921"}
        found = given(client, narrative="王文秀说对方电话13912345678。", reporter=reporter)
        paper = made(office, SLIP, found)
        text = printed(office.get(f"/papers/{paper['id']}/file"))
        [row] = run_sql(running, "SELECT facts::text FROM papers WHERE id = $1", paper["id"])
        for secret in ("王文秀", "18586411921", "13912345678"):
            assert secret not in text
            assert secret not in row["facts"]
        assert "139****5678" in text

    def test_a_slip_says_until_when_and_why_and_has_room_to_sign(self, client):
        office, police = client("office"), client("police")
        found = make_lead(office, subject_uscc=USCC, fast_track=True)
        due = {"unit_id": police.me["unit"]["id"], "due_on": today().isoformat()}
        url = f"/leads/{found['id']}"
        found = done(office.act(url, "assign", found["version"], **due))
        done(office.act(url, "mark", found["version"], mark="major", reason="人数多"))
        text = said(made(office, SLIP, found)["blocks"])
        for part in (
            "快办、重大线索",
            USCC,
            "交办时指定（按规则为",
            "签收人：",
            "负责人签字：",
            "派出所",
        ):
            assert part in text, part

    def test_rare_characters_come_through(self, client):
        office = client("office")
        found = given(client, subject_name="𬭎𠮷养生馆")
        paper = made(office, SLIP, found)
        assert "𬭎𠮷养生馆" in printed(office.get(f"/papers/{paper['id']}/file"))

    def test_what_is_missing_is_named_and_no_number_is_spent(self, client, running):
        market = client("market")
        entity = register(market)
        before = run_sql(running, "SELECT series, last FROM paper_series ORDER BY series")
        shown = done(preview(market, REMINDER, entity))
        assert {each["field"] for each in shown["missing"]} >= {"reminder", "legal_actor_name"}
        assert all(each["label"] and each["fill_in"] for each in shown["missing"][:1])
        told = problem(make(market, REMINDER, entity), 422, "paper_incomplete")
        assert "提示的内容" in told["detail"]
        assert {each["label"] for each in told["errors"]} >= {"提示的内容", "实施机关名称"}
        assert done(market.get("/papers", params={"subject_id": entity["id"]}))["items"] == []
        assert run_sql(running, "SELECT series, last FROM paper_series ORDER BY series") == before

    def test_a_lead_that_was_not_handed_over_has_no_letter(self, client):
        office, market = client("office"), client("market")
        found = factories.conclude(office, market)
        told = problem(make(market, LETTER, found), 422, "paper_incomplete")
        assert "接收单位" in told["detail"]
        not_given = make_lead(office)
        problem(make(office, SLIP, not_given), 409, "lead_not_assigned")

    def test_what_is_over_gets_none(self, client):
        market = client("market")
        order = ordered(market)
        act(market, "rectifications", order, "withdraw", reason="下错了")
        problem(make(market, NOTICE, order), 409, "paper_too_late")

    def test_the_record_names_another_number(self, client):
        market = client("market")
        order = ordered(market, document_no="市监责改〔2026〕9号")
        assert "市监责改〔2026〕9号" in done(preview(market, NOTICE, order))["notice"]


class TestWho:
    def test_only_who_may_do_the_act_makes_its_paper(self, client):
        market, office = client("market"), client("office")
        order, found = ordered(market), given(client)
        assert done(preview(office, NOTICE, order))["refusal"]
        problem(make(office, NOTICE, order), 403, "not_own_unit")
        problem(make(client("police"), SLIP, found), 403)
        problem(make(client("leader"), NOTICE, order), 403)
        problem(make(client("village02"), SLIP, found), 403)

    def test_who_recorded_another_bodys_order_signs_nothing_for_it(self, client):
        office = client("office")
        order = ordered(
            office,
            legal_actor="market",
            legal_actor_name="县市场监督管理局",
            document_no="霍市监责改〔2026〕3号",
        )
        told = problem(make(office, NOTICE, order), 422, "actor_without_power")
        assert "县市场监督管理局" in told["detail"]
        assert "第十八条" in told["article"]

    def test_a_hidden_record_has_no_papers(self, client, anonymous):
        market, civil = client("market"), client("civil")
        order = ordered(market)
        paper = made(market, NOTICE, order)
        for path in ("", "/file"):
            problem(civil.get(f"/papers/{paper['id']}{path}"), 404, "not_found")
            assert anonymous.get(f"/papers/{paper['id']}{path}").status_code == 401
        problem(make(civil, NOTICE, order), 404, "not_found")
        problem(preview(civil, NOTICE, order), 404, "not_found")
        assert done(civil.get("/papers", params={"subject_id": order["id"]}))["items"] == []
        body = {"action": "void", "version": 1, "reason": "x"}
        problem(civil.post(f"/papers/{paper['id']}/transitions", json=body), 404, "not_found")
        assert civil.get(f"/papers/{uuid4()}").status_code == 404
        # justice reads no rectifications, though it reads papers
        assert client("justice").get(f"/papers/{paper['id']}").status_code == 404
        assert client("grid01").get(f"/papers/{paper['id']}").status_code == 403
        assert client("finance").get("/papers").status_code == 403
        # the town's leaders see it, and void nothing
        leader = client("leader")
        assert done(leader.get(f"/papers/{paper['id']}"))["available_actions"] == []
        problem(void(leader, paper), 403)
        done(void(client("office"), paper))

    def test_another_town_sees_nothing_and_counts_for_itself(self, client, running):
        market = client("market")
        paper = made(market, NOTICE, ordered(market))
        town = other_town(running, client("system_admin"))
        theirs = town.people["market"]
        assert theirs.get(f"/papers/{paper['id']}").status_code == 404
        assert town.people["office"].get(f"/papers/{paper['id']}").status_code == 404
        assert done(town.people["office"].get("/papers"))["items"] == []
        own = made(theirs, NOTICE, ordered(theirs, at=VILLAGE))
        assert own["number"] == "邻养诈责改〔2026〕1号"
        assert market.get(f"/papers/{own['id']}").status_code == 404
        assert done(town.people["office"].get(f"/papers/{own['id']}"))["id"] == own["id"]

    def test_a_repeated_answer_is_for_who_still_sees_the_record(self, client, running):
        market = client("market")
        order = ordered(market)
        key = {"Idempotency-Key": str(uuid4())}
        body = {"kind": NOTICE, "subject_id": order["id"]}
        done(market.post("/papers", json=body, headers=key))
        run_sql(running, "DELETE FROM record_access WHERE record_id = $1", order["id"])
        problem(market.post("/papers", json=body, headers=key), 404, "replay_out_of_sight")

    def test_it_stands_in_the_timeline_and_who_fetched_it_in_the_audit(self, client, running):
        market = client("market")
        order = ordered(market)
        paper = made(market, NOTICE, order)
        market.get(f"/papers/{paper['id']}/file")
        done(void(market, paper, "打错了"))
        told = done(market.get(f"/rectifications/{order['id']}/timeline"))["items"][:2]
        assert [each["label"] for each in told] == ["作废：已制作 → 已作废", "制作文书"]
        assert paper["number"] in str(told[1]["details"])
        assert "打错了" in str(told[0]["details"])
        rows = run_sql(
            running, "SELECT name FROM events WHERE data->>'paper_id' = $1 ORDER BY id", paper["id"]
        )
        assert [row["name"] for row in rows] == [
            "paper.made", "record.downloaded", "paper.transitioned",
        ]  # fmt: skip
