"""The head of every record: where it stands, whose turn it is, until when, what is missing.

What home says waits for somebody is what the record's own head says: one truth.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from api.core.base.clock import now, today
from api.domain.across.ways import WAYS
from api.domain.kit.duties import DutyKind as K
from api.domain.kit.nouns import PATHS
from api.domain.kit.permissions import Role
from tests import entities, ledgers, money, statuses
from tests.access.towns import somebody
from tests.answers import done
from tests.campaign import live_half_a_year
from tests.conftest import Client, Running, logged_in, started
from tests.database import run_sql
from tests.duties import duties
from tests.factories import assign, make_lead
from tests.figures import overview, questions

#: Rows that no other file has.
_serial = count(730_000)

#: Told of at home, and by its own panel of the record: messages, rewards' codes, and the two that
#: nobody but a few people may know of.
OF_A_PANEL = {
    K.LEAD_MESSAGE, K.INFORMANT_DECIDE, K.LEDGER_CONFIRM,
    K.LEAD_UNOWNED_COUNTY,
}  # fmt: skip
#: What the head does not name by the same words: it says what is to be done next.
OTHER_WORDS = {K.MEASURE_EXPIRING, K.LEAD_UNOWNED}
#: How far a last day is, lists tell as well.
LISTED = {"leads", "cases", "rectifications", "property-measures", "handovers"}
#: For whom nothing waits in the town of the demonstration.
IDLE = {"supervisor", "county", "leader", "justice", "finance", "village01"}
EVERYBODY = (
    "office",
    "supervisor",
    "police",
    "market",
    "village01",
    "leader",
    "county",
    "justice",
    "finance",
)


def frozen(running: Running, police: Client) -> dict[str, Any]:
    """A deposit that was frozen today."""
    item = money.make_item(police, money.make_case(running))
    answer = police.post("/property-measures", json=money.measure(item))
    made: dict[str, Any] = money.made(answer)
    return made


def head(who: Client, noun: str, record_id: str) -> dict[str, Any]:
    found = who.get(f"/{noun}/{record_id}").json()["standing"]
    assert found["next_action"] is None or any(each["is_mine"] for each in found["now"])
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {step["label"]: step["state"] for step in found["steps"]}


def act(who: Client, lead: str, action: str, **fields: Any) -> dict[str, Any]:
    url = f"/leads/{lead}"
    answer = who.act(url, action, who.get(url).json()["version"], **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def lead(client: Any) -> str:
    """A lead that the office itself wrote down."""
    return make_lead(client("office"))["id"]


@pytest.mark.steps
class TestALead:
    """From the desk to the police station and back: each sees whose turn it is."""

    def test_at_the_desk_it_is_the_offices_turn(self, client: Any, lead: str) -> None:
        office = client("office")
        found = head(office, "leads", lead)
        assert states(found)["交办"] == "now"
        (turn,) = found["now"]
        assert (turn["what"], turn["whom"], turn["is_mine"]) == ("待交办", "镇专项办", True)
        assert found["next_action"] == "assign"
        assert found["steps"][0] == {
            "label": "登记",
            "state": "done",
            "on": today().isoformat(),
            "unit": office.me["unit"]["name"],
        }

    def test_given_to_the_police_it_is_theirs_within_two_days(self, client: Any, lead: str) -> None:
        office, police = client("office"), client("police")
        assign(office, office.get(f"/leads/{lead}").json(), police)
        ours, theirs = (head(who, "leads", lead) for who in (office, police))
        assert (ours["next_action"], theirs["next_action"]) == (None, "acknowledge")
        (turn,) = theirs["now"]
        assert turn["is_mine"]
        assert not ours["now"][0]["is_mine"]
        assert ours["now"][0]["whom"] == police.me["unit"]["name"]
        assert (turn["rule"], turn["since"]) == ("LEAD-ACK", today().isoformat())
        assert turn["article"]
        (duty,) = duties(police, lead, K.LEAD_ACKNOWLEDGE)
        # once it was two days at home and fifteen on the record
        assert (duty["due_on"], duty["what"]) == (turn["due_on"], turn["what"])

    def test_what_is_missing_is_said_and_no_button_filled(self, client: Any, lead: str) -> None:
        police, office = client("police"), client("office")
        act(police, lead, "acknowledge")
        assert head(police, "leads", lead)["next_action"] == "conclude"
        act(
            police, lead, "transfer_department", organ="market", department="县市监局",
            document_no="移交1号", materials="材料一份", reason="不属本所管辖",
        )  # fmt: skip
        found = head(police, "leads", lead)
        assert states(found)["移送移交"] == "now"
        assert found["next_action"] == "record_receipt"
        act(
            police,
            lead,
            "feed_back",
            feedback_mode="impossible",
            feedback_note="匿名举报，无法联系",
        )
        found = head(office, "leads", lead)
        assert states(found)["办结"] == "now"
        assert found["next_action"] is None
        assert any("办理结果" in sentence for sentence in found["blocked_by"])

    def test_over_is_over(self, client: Any, lead: str) -> None:
        police, office = client("police"), client("office")
        act(police, lead, "remind", reason="请尽快反馈")
        assert head(office, "leads", lead)["blocked_by"], "a reminder is no answer"
        act(
            police, lead, "record_receipt", receipt_no="接1号", received_by="某某",
            received_at=now().isoformat(),
        )  # fmt: skip
        act(
            police, lead, "record_result", result="handled", result_on=today().isoformat(),
            result_note="已处理",
        )  # fmt: skip
        assert head(office, "leads", lead)["blocked_by"] == []
        assert head(office, "leads", lead)["next_action"] == "close"
        act(office, lead, "close", solved="yes", solved_note="已处理")
        found = head(office, "leads", lead)
        assert (found["now"], found["next_action"], found["ended"]) == ([], None, "已办结")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A town with half a year of work behind it: something waits for everybody."""
    with started(tmp_path_factory.mktemp("standing")) as running:
        live_half_a_year()
        yield running


@pytest.fixture(scope="module")
def as_(town: Running) -> Iterator[Callable[[str], Client]]:
    with logged_in(town) as as_:
        yield as_


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_home_and_record_tell_the_same(as_: Callable[[str], Client], who: str) -> None:
    """What waits for anybody in the town, against the head of its record: due on the same day, and
    it is the reader's own turn."""
    reader = as_(who)
    compared: set[K] = set()
    for kind in K:
        for duty in reader.get("/me/duties", params={"kind": kind, "limit": 8}).json()["items"]:
            noun = duty["url_hint"].split("/")[1]
            if kind in OF_A_PANEL:
                continue
            answer = reader.get(f"/{noun}/{duty['subject_id']}")
            assert answer.status_code == 200, (duty, answer.text)
            now = answer.json()["standing"]["now"]
            same = [each for each in now if each["is_mine"] and each["due_on"] == duty["due_on"]]
            assert same, (duty, now)
            if kind not in OTHER_WORDS:
                assert duty["what"] in {each["what"] for each in same}, (duty, same)
            left = duty["working_days_left"]
            assert left in {each["working_days_left"] for each in same}, (duty, same)
            if noun in LISTED:
                asked: dict[str, Any] = {"q": duty["number"], "limit": 200}
                if noun == "property-measures":  # found by the item's number
                    asked = {"case_id": answer.json()["case"]["id"], "limit": 200}
                rows = reader.get(f"/{noun}", params=asked).json()["items"]
                (row,) = [each for each in rows if each["id"] == duty["subject_id"]]
                assert row["working_days_left"] == answer.json()["working_days_left"]
                if row.get("due_on", row.get("expires_on")) == duty["due_on"]:
                    assert row["working_days_left"] == left, (duty, row)
            compared.add(kind)
    assert compared or who in IDLE, who


STATUSES = [
    pytest.param(noun, status.value, id=f"{noun} {status.value}")
    for noun, way in WAYS.items()
    for stage in way.stages
    for status in stage.turns
]


@pytest.mark.slow
@pytest.mark.parametrize(("noun", "status"), STATUSES)
def test_home_shows_every_turn_there_is(
    town: Running, as_: Callable[[str], Client], noun: str, status: str
) -> None:
    """Each status of each noun, whoever reads it: whose turn it is by the record's own head, and
    nobody else, finds it at home."""
    record = statuses.one_of(town, as_("office"), noun)
    with statuses.standing_in(town, noun, record, status):
        found = {who: turns_of(as_(who), noun, str(record["id"])) for who in EVERYBODY}
    for who, (mine, told) in found.items():
        assert told == mine, (who, noun, status)


#: Nothing on the record leads on from these: a file is corrected where it came from, and what has
#: its case waits for that.
ONLY_WATCHED = {K.IMPORT_BARE.label, K.LEAD_OWED_POLICE.label}


def leads_on(standing: dict[str, Any]) -> bool:
    """Whether a reader whose turn it is finds a button to fill, or reads what is missing."""
    own = {
        each["what"]
        for each in standing["now"]
        if each["is_mine"] and (each["holder"] is None or "give_back" in each["turn_actions"])
    }
    return bool(standing["next_action"] or standing["blocked_by"]) or own <= ONLY_WATCHED


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_whose_turn_it_is_finds_one_thing_to_do(as_: Callable[[str], Client], who: str) -> None:
    """Every record of the town that a person sees, hand-overs at every stage among them."""
    reader, read = as_(who), 0
    for noun in WAYS:
        answer = reader.get(f"/{PATHS[noun]}", params={"limit": 200})
        for row in answer.json()["items"] if answer.is_success else ():
            found = reader.get(f"/{PATHS[noun]}/{row['id']}").json()
            assert leads_on(found["standing"]), (noun, found["number"], found["standing"])
            read += 1
    assert read


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "act"), [(K.LEAD_RECHECK_DRAWN, "recheck")])
def test_what_the_office_owes_beside_the_flow_has_its_button(
    as_: Callable[[str], Client], kind: K, act: str
) -> None:
    office, acts = as_("office"), set[str | None]()
    for row in office.get("/leads", params={"limit": 200}).json()["items"]:
        found = office.get(f"/leads/{row['id']}").json()
        offered = {each["action"] for each in found["available_actions"]}
        own = [each["what"] for each in found["standing"]["now"] if each["is_mine"]]
        if own == [kind.label]:
            acts.add(found["standing"]["next_action"])
            assert found["standing"]["next_action"] == (act if act in offered else None)
    assert act in acts


def turns_of(reader: Client, noun: str, record_id: str) -> tuple[set[K], set[K]]:
    """The reader's own turns of a record by its head, and by home."""
    every = {
        turn.label: turn
        for stage in WAYS[noun].stages
        for turns in stage.turns.values()
        for turn in turns
    }
    answer = reader.get(f"/{PATHS[noun]}/{record_id}")
    now = answer.json()["standing"]["now"] if answer.is_success else []
    assert not answer.is_success or leads_on(answer.json()["standing"]), answer.text
    own = [every[each["what"]] for each in now if each["is_mine"] and each["what"] in every]
    kinds = {turn.what for turn in every.values()}
    # nobody owns it for too long: told once, under that name
    if answer.is_success and duties(reader, record_id, K.LEAD_UNOWNED):
        return set(), set()
    told = {K(each["kind"]) for kind in kinds & set(K) for each in duties(reader, record_id, kind)}
    return {K(turn.what) for turn in own}, told


def test_an_import_that_brings_nothing_offers_no_filled_button(client: Any) -> None:
    """A ledger of rows that are all known: nobody is told to bring in nothing."""
    office = client("office")
    content = ledgers.book([ledgers.row(next(_serial))])
    first = ledgers.upload(office, content)
    assert (first["rows_good"], first["standing"]["next_action"]) == (1, "commit"), first
    assert ledgers.commit(office, first).status_code == 200
    again = ledgers.upload(office, content, "同一份.xlsx")
    assert (again["rows_good"], again["rows_known"]) == (0, 1), again
    assert again["standing"]["next_action"] is None
    assert "没有可以导入的行" in again["standing"]["now"][0]["what"]


def test_an_import_of_edited_rows_alone_may_be_brought_in(client: Any) -> None:
    """A person says row by row what becomes of them: they are no rows that bring nothing."""
    office, row = client("office"), ledgers.row(next(_serial))
    assert ledgers.commit(office, ledgers.upload(office, ledgers.book([row]))).status_code == 200
    row[9] = 77
    again = ledgers.upload(office, ledgers.book([row]), "改过的.xlsx")
    assert (again["rows_good"], again["rows_edited"]) == (0, 1), again
    assert again["standing"]["next_action"] == "commit"
    assert duties(office, again["id"], K.IMPORT_COMMIT)
    assert not duties(office, again["id"], K.IMPORT_BARE)


class TestOfSeveralTurns:
    """The one that is due first has the filled button, whoever's flow it belongs to."""

    def test_an_assisting_unit_signs_and_answers(self, client: Any) -> None:
        office, police, market = client("office"), client("police"), client("market")
        made = assign(office, make_lead(office), police)
        unit = market.me["unit"]["id"]
        asked = act(
            police, made["id"], "ask_assist", assisting_unit_id=unit, assist_task="请查登记情况"
        )
        path = f"/leads/{asked['id']}/assists/{asked['assists'][0]['id']}"

        def step(action: str, **fields: Any) -> None:
            version = market.get(f"/leads/{asked['id']}").json()["assists"][0]["version"]
            answer = market.act(path, action, version, **fields)
            assert answer.is_success, answer.text

        assert head(market, "leads", asked["id"])["next_action"] == "acknowledge_assist"
        assert head(police, "leads", asked["id"])["next_action"] == "acknowledge"
        step("acknowledge")
        assert head(market, "leads", asked["id"])["next_action"] == "answer_assist"
        # who has it in hand goes on with it
        taken = market.post(f"{path}/turns", json={"action": "take"})
        assert taken.is_success, taken.text
        assert head(market, "leads", asked["id"])["next_action"] == "answer_assist"
        step("answer", answer="已查")
        assert head(market, "leads", asked["id"])["next_action"] is None

    def test_what_a_colleague_has_in_hand_is_not_pressed_first(
        self, client: Any, running: Running
    ) -> None:
        office, police, market = client("office"), client("police"), client("market")
        unit = market.me["unit"]["id"]
        other = somebody(running, client("system_admin"), "market", unit)
        asked = act(
            police, assign(office, make_lead(office), police)["id"], "ask_assist",
            assisting_unit_id=unit, assist_task="请查",
        )  # fmt: skip
        path = f"/leads/{asked['id']}/assists/{asked['assists'][0]['id']}/turns"
        assert other.post(path, json={"action": "take"}).is_success
        assert head(market, "leads", asked["id"])["next_action"] is None
        assert head(other, "leads", asked["id"])["next_action"] == "acknowledge_assist"

    def test_a_visit_comes_first_when_its_time_has_come(
        self, client: Any, running: Running
    ) -> None:
        market = client("market")
        made = entities.assess(market, entities.register(market), "red")
        for day, status, due in (
            (-1, "listed", "plan_inspection"),
            (300, "listed", "accept"),
            (-1, "delisted", None),
        ):
            run_sql(
                running,
                "UPDATE risk_entities SET status = $2, next_inspection_due = $3 WHERE id = $1",
                made["id"],
                status,
                today() + timedelta(days=day),
            )
            assert head(market, "risk-entities", made["id"])["next_action"] == due, (day, status)
        assert head(client("leader"), "risk-entities", made["id"])["next_action"] is None

    def test_a_visit_far_ahead_is_nobodys_turn_yet(self, client: Any, running: Running) -> None:
        market = client("market")
        made = entities.assess(market, entities.register(market), "red")
        for day, early in ((300, True), (0, False)):
            run_sql(
                running,
                "UPDATE risk_entities SET next_inspection_due = $2 WHERE id = $1",
                made["id"],
                today() + timedelta(days=day),
            )
            found = head(market, "risk-entities", made["id"])["now"]
            (turn,) = [each for each in found if each["what"] == K.ENTITY_INSPECTION.label]
            assert (turn["is_early"], turn["is_mine"]) == (early, not early)
            assert bool(duties(market, made["id"], K.ENTITY_INSPECTION)) is not early

    def test_a_visit_that_is_planned_is_not_asked_for(self, client: Any) -> None:
        office, market = client("office"), client("market")
        made = entities.assess(market, entities.register(market), "red")
        entities.act(office, "risk-entities", made, "list")
        what = K.ENTITY_INSPECTION.label
        assert what in {each["what"] for each in head(market, "risk-entities", made["id"])["now"]}
        entities.visit(market, entity_id=made["id"])
        found = head(market, "risk-entities", made["id"])
        assert what not in {each["what"] for each in found["now"]}
        assert found["next_action"] == "accept"

    def test_what_a_visit_found_is_ordered_to_be_put_right(self, client: Any) -> None:
        market = client("market")
        made = entities.assess(market, entities.register(market), "yellow")
        seen = entities.visit(market, entity_id=made["id"])
        assert head(market, "inspections", seen["id"])["next_action"] == "complete"
        seen = entities.act(
            market, "inspections", seen, "complete", finding="problem", note="未公示收费"
        )
        found = head(market, "inspections", seen["id"])
        assert found["next_action"] == "order_rectification"
        assert any("整改" in sentence for sentence in found["blocked_by"])
        entities.act(market, "inspections", seen, "order_rectification", requirements="公示收费")
        found = head(market, "inspections", seen["id"])
        assert (found["next_action"], bool(found["blocked_by"])) == (None, True)


class TestHeldProperty:
    """What runs out in half a year waits for nobody today; what has lost its ground waits at once."""

    def test_a_freeze_is_renewed_when_its_first_warning_came(
        self, client: Any, running: Running
    ) -> None:
        police = client("police")
        made = frozen(running, police)
        path = f"/property-measures/{made['id']}"
        (turn,) = made["standing"]["now"]
        assert (turn["is_early"], turn["is_mine"], turn["turn_actions"]) == (True, False, [])
        assert made["standing"]["next_action"] is None
        assert duties(police, made["id"]) == []
        assert police.post(f"{path}/turns", json={"action": "take"}).status_code == 403
        first = made["alert_days"][0]
        shift = (date.fromisoformat(first) - today()).days
        run_sql(
            running,
            "UPDATE property_measures SET starts_on = starts_on - $2::int,"
            " expires_on = expires_on - $2::int WHERE id = $1",
            made["id"],
            shift + 14,
        )
        found = head(police, "property-measures", made["id"])
        (turn,) = found["now"]
        assert (turn["is_early"], turn["is_mine"]) == (False, True)
        assert found["next_action"] == "renew"
        assert [each["kind"] for each in duties(police, made["id"])] == [K.MEASURE_EXPIRING]

    def test_what_does_not_run_out_is_nobodys_turn(self, client: Any, running: Running) -> None:
        police = client("police")
        made = frozen(running, police)
        run_sql(
            running, "UPDATE property_measures SET kind = 'seize', expires_on = NULL WHERE id = $1",
            made["id"],
        )  # fmt: skip
        found = done(police.get(f"/property-measures/{made['id']}"))
        assert (found["standing"]["now"], found["standing"]["next_action"]) == ([], None)
        assert {each["action"] for each in found["available_actions"]} >= {"release"}
        assert duties(police, made["id"]) == []

    def test_without_its_ground_it_is_to_be_released_at_once(
        self, client: Any, running: Running
    ) -> None:
        police = client("police")
        made = frozen(running, police)
        case = made["case"]["id"]
        run_sql(running, "UPDATE cases SET status = 'not_indicted' WHERE id = $1", case)
        found = head(police, "property-measures", made["id"])
        assert (found["next_action"], found["now"][0]["is_mine"]) == ("release", True)
        (duty,) = duties(police, made["id"])
        assert (duty["kind"], duty["what"]) == (K.MEASURE_GROUNDLESS, found["now"][0]["what"])


def _asked(who: Client, key: str) -> int:
    """How many the overview asks about."""
    return sum(each["value"] for each in questions(overview(who)) if each["key"] == key)


class TestLapsed:
    """Run out, nothing holds the money any more: somebody is to order it anew, or to say why not."""

    def lapsed(self, client: Any, running: Running, status: str = "lapsed") -> dict[str, Any]:
        made = frozen(running, client("police"))
        run_sql(
            running,
            "UPDATE property_measures SET starts_on = starts_on - 400,"
            " expires_on = $2::date - 1, status = $3 WHERE id = $1",
            made["id"],
            today(),
            status,
        )
        return made

    @pytest.mark.parametrize("written", ["lapsed", "active"])
    def test_it_is_the_stations_turn_and_rises(
        self, client: Any, running: Running, written: str
    ) -> None:
        """Also where the nightly run has not written it down yet."""
        police, office = client("police"), client("office")
        before = _asked(office, "measures_lapsed")
        made = self.lapsed(client, running, written)
        found = head(police, "property-measures", made["id"])
        (turn,) = found["now"]
        assert (turn["what"], turn["is_mine"]) == (K.MEASURE_LAPSED.label, True)
        assert (found["next_action"], found["ended"]) == ("order_anew", None)
        (duty,) = duties(police, made["id"])
        assert (duty["kind"], duty["overdue"]) == (K.MEASURE_LAPSED, True)
        assert _asked(office, "measures_lapsed") == before + 1
        run_sql(
            running, "UPDATE property_measures SET expires_on = expires_on - 60 WHERE id = $1",
            made["id"],
        )  # fmt: skip
        rows = done(client("leader").get("/me/escalations"))["items"]
        (told,) = [each for each in rows if each["subject_id"] == made["id"]]
        assert told["unit"]["name"] == police.me["unit"]["name"]

    @pytest.mark.parametrize("way", ["released", "ordered anew"])
    def test_it_ends_by_what_is_done(self, client: Any, running: Running, way: str) -> None:
        police = client("police")
        made = self.lapsed(client, running)
        item, path = made["property_item"]["id"], f"/property-measures/{made['id']}"
        if way == "released":
            fresh = done(police.get(path))
            said = {"released_on": today().isoformat(), "release_reason": "no_longer_needed"}
            said |= {"document_no": "解1号", "reason": "账户已无资金"}
            shown = done(police.act(path, "release", fresh["version"], **said))
            assert shown["status"] == "released"
            assert shown["released_on"] < today().isoformat(), "it held nothing since it ran out"
        else:
            anew = {name: made[name] for name in ("kind", "regime", "authority_level")}
            anew |= {"officers": ["张志强", "李卫国"], "document_no": "冻2号"}
            anew |= {"property_item_id": item, "starts_on": today().isoformat()}
            done(police.post("/property-measures", json=anew | {"authority": made["authority"]}))
        found = head(police, "property-measures", made["id"])
        assert (found["now"], duties(police, made["id"])) == ([], [])


class TestKeepers:
    """Who keeps an identity is named on the lead's page: its head says that somebody is to be."""

    def test_named_they_are_nobodys_turn(self, client: Any, running: Running) -> None:
        office, police = client("office"), client("police")
        lead = make_lead(office, reporter={"kind": "real_name", "name": "某某"})
        run_sql(
            running,
            "UPDATE informants SET keepers_wanted = true, handler_id = NULL, supervisor_id = NULL"
            " WHERE lead_id = $1",
            lead["id"],
        )
        what = K.INFORMANT_NAME.label
        for who in (office, client("leader"), police):
            told = bool(duties(who, lead["id"], K.INFORMANT_NAME))
            answer = who.get(f"/leads/{lead['id']}")
            now = answer.json()["standing"]["now"] if answer.is_success else []
            assert [each["is_mine"] for each in now if each["what"] == what] == [True] * told
        assert duties(office, lead["id"], K.INFORMANT_NAME)
        run_sql(
            running, "UPDATE informants SET keepers_wanted = false WHERE lead_id = $1", lead["id"]
        )
        assert what not in {each["what"] for each in head(office, "leads", lead["id"])["now"]}


@pytest.mark.parametrize("who", ["market", "civil", "police"])
def test_the_head_names_whom_home_asks_to_rate_an_entity(client: Any, who: str) -> None:
    """Once the head named the first three roles with the right, whether they saw the entity or not."""
    made = entities.register(client(who), industry="other")
    asked = {
        each
        for each in ("office", "market", "civil", "police")
        if duties(client(each), made["id"], "entity_assess")
    }
    [turn] = done(client("office").get(f"/risk-entities/{made['id']}"))["standing"]["now"]
    assert set(turn["whom"].split("、")) == {Role(each).label for each in asked}
    assert {who, "office"} <= asked
