"""Clicked as a stranger would: whatever anybody does to leads in any order, the law of them holds.

A walk of its own for every seed, over the real server. `YINLING_WALK=number` walks another one; the
seed stands in the name of the test and in what fails.
"""

import asyncio
import os
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from api.core.base.clock import now, today
from api.core.database.migrations import connect
from api.domain.leads.leads import LeadAction, LeadConclusion
from tests.factories import lead as told_lead
from tests.jobs import run_job
from tests.kept import assert_kept_is_exact
from tests.public import hand_in, show

SEEDS = [int(os.environ["YINLING_WALK"])] if "YINLING_WALK" in os.environ else [11, 12, 13]
STEPS = 110
pytestmark = pytest.mark.slow
WHO = ("office", "police", "market", "justice", "village01", "leader", "county", "grid01")
#: Where an affair is over. Out of these a drawn lead comes only by its verification.
ENDED = {"closed", "archived", "withdrawn", "rejected"}
#: Where it waits for nobody.
OVER = {"closed", "archived", "withdrawn"}
_STATE = """
SELECT l.id::text, l.status, l.conclusion, l.feedback_mode, l.merged_into_id::text AS main,
    l.concluded_unit_ids::text[] AS units, l.concluded_person_ids::text[] AS people,
    l.reporter_kind, l.due_on::text, l.due_rule, l.due_rule_version,
    EXISTS (SELECT FROM recheck_sample_lines s WHERE s.lead_id = l.id AND s.drawn
        AND s.second_conclusion IS NULL) AS drawn,
    (SELECT count(*) FROM recheck_sample_lines s WHERE s.lead_id = l.id
        AND s.second_conclusion IS NOT NULL) AS verified,
    EXISTS (SELECT FROM lead_receipts r WHERE r.lead_id = l.id) AS has_receipt,
    ARRAY(SELECT w.id::text FROM rewards w WHERE w.lead_id = l.id AND w.main_lead_id <> l.id
        AND w.status IN ('proposed', 'approved')) AS elsewhere
FROM leads l WHERE l.id = ANY($1::uuid[])
"""


@dataclass
class Walk:
    """What was done so far, and what must hold after each step."""

    client: Any
    anonymous: Any
    running: Any
    random: Random
    mine: dict[str, str] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)
    rewards: list[str] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    #: Who had concluded a lead when it was drawn: their units and persons.
    first: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    worked: int = 0

    def any_lead(self) -> str:
        return self.random.choice(list(self.mine))

    def said(self, who: str, what: str, answer: Any) -> bool:
        code = "" if answer.status_code < 400 else answer.json().get("code", "")
        self.log.append(f"{who} {what} → {answer.status_code} {code}")
        assert answer.status_code < 500, self.told(answer.text)
        self.worked += answer.status_code < 300
        return answer.status_code < 300

    def told(self, why: object) -> str:
        return f"{why}\n" + "\n".join(self.log[-25:])

    # what anybody may try

    def report(self) -> None:
        who = self.random.choice(("grid01", "office", "village01", "public", "public"))
        kind = self.random.choice(("anonymous", "real_name"))
        reporter = {"kind": kind}
        if kind == "real_name":
            number = f"138{self.random.randrange(10**8):08d}"
            reporter |= {"name": "吴某某", "phone": number}
        if who == "public":
            mark = f"记号{self.random.randrange(10**9)}"
            self.receipts.append(hand_in(self.anonymous, narrative=f"收押金不退，{mark}。"))
            found = self.client("office").get("/leads", params={"q": mark}).json()["items"]
            self.mine[found[0]["id"]] = who
            return
        body = told_lead(reporter=reporter)
        answer = self.client(who).post("/leads", json=body)
        if self.said(who, "report", answer):
            self.mine[answer.json()["id"]] = who

    def act(self) -> None:
        who, lead_id = self.random.choice(WHO), self.any_lead()
        client = self.client(who)
        shown = client.get(f"/leads/{lead_id}")
        assert shown.status_code in {200, 404}, self.told(shown.text)
        if shown.status_code == 404:
            return
        lead = shown.json()
        offered = [each for each in lead["available_actions"] if each["action"] != "edit"]
        if offered and self.random.random() < 0.9:
            action = self.random.choice(offered)
            fields = self.filled(action["needs"])
            name = action["action"]
        else:
            name = self.random.choice([each.value for each in LeadAction])
            fields = {"reason": "试一试"} if self.random.random() < 0.5 else {}
        answer = client.act(f"/leads/{lead_id}", name, lead["version"], **fields)
        self.said(who, f"{name} {lead_id[-4:]} {fields}", answer)

    def forward(self) -> None:
        """What gets most leads somewhere, so that a walk sees more than its beginning."""
        lead_id = self.any_lead()
        state = self.state([lead_id])[lead_id]
        way = {
            "received": ("office", "register", {}),
            "registered": ("office", "assign", {"unit_id": self.unit("market")}),
            "assigned": ("market", "acknowledge", {}),
            "verifying": ("market", "conclude", self.verdict()),
            "recheck": ("police", "conclude", self.verdict()),
            "concluded": self.random.choice(
                (
                    ("market", "feed_back", self.answered()),
                    ("office", "recheck", {"unit_id": self.unit("police"), "reason": "抽中复核"}),
                )
            ),
            "fed_back": ("office", "close", {"solved": "yes", "solved_note": "已退款。"}),
        }.get(state["status"])
        if way is None:
            return
        who, action, fields = way
        version = self.client("office").get(f"/leads/{lead_id}").json()["version"]
        answer = self.client(who).act(f"/leads/{lead_id}", action, version, **fields)
        self.said(who, f"{action} {lead_id[-4:]} {fields}", answer)

    def answered(self) -> dict[str, str]:
        mode = self.random.choice(("impossible", "phone", "online"))
        return {"feedback_mode": mode, "feedback_note": "已经核实，详情告知。"}

    def assists(self) -> None:
        """Assists are ended, so that they do not stop all the rest."""
        lead_id, office = self.any_lead(), self.client("office")
        for each in office.get(f"/leads/{lead_id}").json()["assists"]:
            for action in each["available_actions"]:
                if action["action"] == "end":
                    url = f"/leads/{lead_id}/assists/{each['id']}"
                    answer = office.act(url, "end", each["version"], reason="不再需要")
                    self.said("office", f"end assist {lead_id[-4:]}", answer)

    def verdict(self) -> dict[str, str]:
        said = self.random.choice([each.value for each in LeadConclusion])
        fields = {"conclusion": said, "findings": "已核查。"}
        if said == LeadConclusion.CIVIL_DISPUTE.value:
            fields |= {"diversion_route": "mediation", "diversion_department": "调解委员会"}
        return fields

    def unit(self, who: str) -> str:
        return self.client(who).me["unit"]["id"]

    def filled(self, needs: list[dict[str, Any]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for need in needs:
            when = need.get("only_with")
            if when and values.get(when["field"]) != when["value"]:
                continue
            if not need["required"] and self.random.random() < 0.5:
                continue
            values[need["field"]] = self.value(need)
        return values

    def value(self, need: dict[str, Any]) -> Any:
        units = [self.unit(each) for each in ("police", "market", "justice", "village01")]
        made = {
            "unit": lambda: self.random.choice(units),
            "units": lambda: [self.random.choice(units)],
            "date": lambda: today().isoformat(),
            "datetime": lambda: now().isoformat(),
            "boolean": lambda: True,
            "integer": lambda: 1,
            "enum": lambda: self.random.choice(need["options"] or [{"value": ""}])["value"],
        }
        return made.get(need["kind"], lambda: "据实办理")()

    def take(self) -> None:
        """What waits is taken upon oneself or given back, by whoever, asked or not."""
        who, lead_id = self.random.choice(WHO), self.any_lead()
        body = {"action": self.random.choice(("take", "give_back"))}
        for each in self.random.sample(WHO, len(WHO)):
            answer = self.client(each).get(f"/leads/{lead_id}")
            now = answer.json()["standing"]["now"] if answer.status_code == 200 else []
            if any("take" in turn["turn_actions"] for turn in now):
                who, body = each, {"action": "take"}
                break
        answer = self.client(who).post(f"/leads/{lead_id}/turns", json=body)
        self.said(who, f"{body['action']} {lead_id[-4:]}", answer)
        if answer.status_code == 200:
            mine = [each for each in answer.json()["now"] if each["is_mine"]]
            holder = {"id": self.client(who).me["user"]["id"]}
            has = [each["holder"]["id"] == holder["id"] for each in mine if each["holder"]]
            assert has == ([True] * len(has) if body["action"] == "take" else []), self.told(mine)

    def turns(self, lead_id: str) -> None:
        """Somebody's turn it is, everybody sees the same hands, and home says what the record says."""
        state, held = self.state([lead_id])[lead_id], {}
        for who in WHO:
            answer = self.client(who).get(f"/leads/{lead_id}")
            home = self.client(who).get("/me/duties", params={"limit": 200}).json()["items"]
            here = [each for each in home if each["turn_url"] == f"/leads/{lead_id}/turns"]
            if answer.status_code == 404:
                assert here == [], self.told(f"{who} 看不到，首页却有 {here}")
                continue
            now = answer.json()["standing"]["now"]
            if not state["main"]:
                over = state["status"] in OVER
                assert now or over, self.told(f"没有人该办 {dict(state)}")
            for turn in now:
                me = self.client(who).me["user"]["id"]
                place, holder = (turn["what"], turn["whom"], turn["assist_id"]), turn["holder"]
                if holder:
                    assert held.setdefault(place, holder) == holder, self.told((place, held))
                if turn["is_mine"]:
                    own = bool(holder) and holder["id"] == me
                    said = turn["turn_actions"]
                    assert ("give_back" in said) is own, self.told((who, turn))
                    assert not (holder and "take" in said), self.told((who, turn))
            for duty in here:
                same = [each for each in now if each["is_mine"] and each["what"] == duty["what"]]
                if same:
                    assert duty["holder"] in [each["holder"] for each in same], self.told(
                        (who, duty, same)
                    )

    def draw(self) -> None:
        body = {
            "period_from": today().isoformat(),
            "period_to": today().isoformat(),
            "size": self.random.choice((1, 2, 500)),
            "conclusions": [
                each.value for each in LeadConclusion if each is not LeadConclusion.DUPLICATE
            ][:6],
        }
        before = self.state(self.mine)
        if self.said(
            "office", "draw", self.client("office").post("/leads/recheck-samples", json=body)
        ):
            for lead_id, state in self.state(self.mine).items():
                if state["drawn"] and not before[lead_id]["drawn"]:
                    self.first[lead_id] = (set(state["units"]), set(state["people"]))

    def merge(self) -> None:
        part, main, who = self.any_lead(), self.any_lead(), self.random.choice(("office", "police"))
        version = self.client("office").get(f"/leads/{part}").json()["version"]
        body = {"lead_id": part, "version": version, "reason": "同一件事"}
        answer = self.client(who).post(f"/leads/{main}/merges", json=body)
        self.said(who, f"merge {part[-4:]} into {main[-4:]}", answer)

    def unmerge(self) -> None:
        main = self.any_lead()
        office = self.client("office")
        found = [
            each
            for each in office.get(f"/leads/{main}/merges").json()["items"]
            if each["is_main"] and each["undone_at"] is None
        ]
        if not found:
            return
        link = self.random.choice(found)
        body = {"reason": "不是同一件事", "version": link["lead"]["version"]}
        answer = office.post(f"/leads/{main}/merges/{link['id']}/reversals", json=body)
        self.said("office", f"unmerge {link['lead']['id'][-4:]} from {main[-4:]}", answer)

    def reward(self) -> None:
        office, leader = self.client("office"), self.client("leader")
        if self.rewards and self.random.random() < 0.5:
            reward_id = self.random.choice(self.rewards)
            version = office.get(f"/rewards/{reward_id}").json()["version"]
            who, action, fields = self.random.choice(
                (
                    (leader, "approve", {"document_no": "奖1号"}),
                    (leader, "refuse", {"reason": "不符合"}),
                    (office, "cancel", {"reason": "重复"}),
                )
            )
            answer = who.act(f"/rewards/{reward_id}", action, version, **fields)
            self.said(action, f"reward {reward_id[-4:]}", answer)
            return
        rule = office.get("/reward-rules").json()["items"][0]["version"]
        lead_id = self.any_lead()
        answer = office.post("/rewards", json={"lead_id": lead_id, "rule_version": rule})
        if self.said("office", f"propose reward {lead_id[-4:]}", answer):
            self.rewards.append(answer.json()["id"])

    # what must hold

    def state(self, ids: Any) -> dict[str, Any]:
        async def read() -> list[Any]:
            connection = await connect(self.running.owner_url)
            try:
                return await connection.fetch(_STATE, list(ids))
            finally:
                await connection.close()

        return {row["id"]: row for row in asyncio.run(read())}

    def check(self) -> None:
        before, self.states = self.states, self.state(self.mine)
        for lead_id, state in self.states.items():
            was = before.get(lead_id)
            self._answers(lead_id, state)
            assert state["main"] or not state["elsewhere"], self.told(f"奖励没有放开 {lead_id}")
            if was is None:
                continue
            moved = was["status"] != state["status"] or was["main"] != state["main"]
            if was["drawn"] and moved:
                ended = state["status"] in ENDED or (state["main"] and not was["main"])
                assert not ended, self.told(f"抽中未核查而结束 {lead_id} {dict(state)}")
            if state["verified"] > was["verified"]:
                self._somebody_else(lead_id, was, state)

    def _somebody_else(self, lead_id: str, was: Any, state: Any) -> None:
        units, people = self.first.get(lead_id, (set(), set()))
        newly = set(state["people"]) - set(was["people"])
        assert newly, self.told(f"二次核查的人参与过原结论 {lead_id}")
        assert not newly & people, self.told(f"二次核查的人参与过原结论 {lead_id}")
        taken = set(state["units"]) - set(was["units"])
        assert taken, self.told(f"二次核查的单位参与过原结论 {lead_id}")
        assert not taken & units, self.told(f"二次核查的单位参与过原结论 {lead_id}")

    def _answers(self, lead_id: str, state: Any) -> None:
        mode, anonymous = state["feedback_mode"], state["reporter_kind"] == "anonymous"
        allowed = {None, "impossible"} | ({"online"} if state["has_receipt"] else set())
        assert not anonymous or mode in allowed, self.told(f"匿名举报人被{mode}反馈 {lead_id}")

    def ends(self) -> None:
        """Who reported sees it still, and every term is the one that the rules give."""
        for lead_id, who in self.mine.items():
            if who != "public":
                shown = self.client(who).get(f"/leads/{lead_id}")
                assert shown.status_code == 200, self.told(f"{who} 看不到自己登记的 {lead_id}")
        for receipt in self.receipts:
            assert show(self.anonymous, receipt).status_code == 200
        before = self.state(self.mine)
        run_job("deadlines.recompute")
        names = ("due_on", "due_rule", "due_rule_version")
        for lead_id, state in self.state(self.mine).items():
            kept = [before[lead_id][name] for name in names]
            assert [state[name] for name in names] == kept, self.told(f"期限与规则表不符 {lead_id}")


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_clicked(client, anonymous, running, seed):
    walk = Walk(client, anonymous, running, Random(seed))
    for _ in range(4):
        walk.report()
    run_job("lead_counts.keep")
    ways = {
        walk.report: 4, walk.act: 40, walk.forward: 40, walk.assists: 4, walk.draw: 4,
        walk.merge: 4, walk.unmerge: 3, walk.reward: 5,
    }  # fmt: skip
    for _ in range(STEPS):
        walk.random.choices(list(ways), ways.values())[0]()
        walk.check()
    assert_kept_is_exact(running, client("office"), walk.random)
    walk.ends()
    assert walk.worked > STEPS / 4, walk.told("walked nowhere")


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_whatever_is_clicked_no_turn_is_lost(client, anonymous, running, seed):
    """Acts, takings and givings back by whoever, with a recount of all terms between: every lead waits
    for somebody or is over, whoever has it in hand is the same for all, and home says the same."""
    walk = Walk(client, anonymous, running, Random(seed))
    for _ in range(3):
        walk.report()
    ways = {
        walk.act: 30, walk.forward: 40, walk.take: 40, walk.assists: 4, walk.merge: 2,
        walk.unmerge: 2,
    }  # fmt: skip
    for step in range(STEPS // 2):
        walk.random.choices(list(ways), ways.values())[0]()
        if step % 20 == 0:
            run_job("deadlines.recompute")
        for lead_id in walk.mine:
            walk.turns(lead_id)
    assert walk.worked > STEPS / 8, walk.told("walked nowhere")
