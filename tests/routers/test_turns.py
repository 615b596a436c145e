"""Taking a turn upon oneself and giving it back: one of a unit does what waits for it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from api.core.base.clock import today
from api.domain.law.calendar import Calendar
from tests import factories
from tests.access import world as worlds
from tests.access.towns import somebody
from tests.answers import done
from tests.conftest import PASSWORD, Client
from tests.database import run_sql
from tests.duties import duties
from tests.leads import REPORT, fed_back

TOWN = "341522118"
PROPOSAL = {"reported_on": today().isoformat(), **REPORT}
#: Who may come upon the turn of a record.
EVERYBODY = ("office", "police", "market", "leader", "finance", "county", "justice")


@dataclass
class Bureau:
    """A unit of its own with three people, one of them its head."""

    office: Client
    head: Client
    one: Client
    two: Client

    def owe(self, **over) -> dict:
        """A lead that waits for the unit."""
        made = factories.make_lead(self.office, **over)
        return factories.assign(self.office, made, self.one)


def make_bureau(running, office: Client, system: Client, *, has_head: bool = True) -> Bureau:
    body = {"name": factories.fresh("某业务所"), "kind": "human_resources", "division_code": TOWN}
    unit = done(office.post("/units", json=body))["id"]
    head = somebody(running, system, "department", unit, is_head=has_head)
    one, two = (somebody(running, system, "department", unit) for _ in range(2))
    return Bureau(office, head, one, two)


def handed_to(police: Client) -> dict:
    """What handing a lead over to the station asks for."""
    given = {name: text for name, text in factories.TO_POLICE.items() if name != "department"}
    return given | {"receiver_unit_id": police.me["unit"]["id"]}


@pytest.fixture(scope="module")
def bureau(running, client) -> Bureau:
    return make_bureau(running, client("office"), client("system_admin"))


@pytest.fixture(scope="module")
def headless(running, client) -> Bureau:
    return make_bureau(running, client("office"), client("system_admin"), has_head=False)


def act(who: Client, url: str, action: str = "take", **more) -> httpx.Response:
    return who.post(f"{url}/turns", json={"action": action} | more)


def turn(who: Client, url: str) -> dict:
    """The turn of a lead as somebody sees it."""
    (found,) = done(who.get(url))["standing"]["now"]
    return found


def me(who: Client) -> dict:
    return {"id": who.me["user"]["id"], "name": who.me["user"]["name"]}


def refused(answer: httpx.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()["detail"]


class TestTaking:
    def test_the_others_of_the_unit_see_who_has_it(self, bureau):
        url = f"/leads/{bureau.owe()['id']}"
        assert turn(bureau.one, url)["turn_actions"] == ["take"]
        taken = done(act(bureau.one, url))["now"][0]
        assert (taken["holder"], taken["held_since"]) == (me(bureau.one), today().isoformat())
        assert taken["turn_actions"] == ["give_back"]
        theirs = done(bureau.two.get(url))["standing"]
        assert theirs["now"][0]["holder"] == me(bureau.one)
        assert theirs["now"][0]["turn_actions"] == []
        # the colleague may still act, but it is not what the page asks of them
        assert theirs["next_action"] is None
        assert done(bureau.one.get(url))["standing"]["next_action"] == "acknowledge"
        (duty,) = duties(bureau.two, url.rsplit("/", maxsplit=1)[-1])
        assert duty["holder"] == me(bureau.one)
        # the office sees the whole town
        assert turn(bureau.office, url)["holder"] == me(bureau.one)
        assert turn(bureau.office, url)["turn_actions"] == ["give_back"]

    def test_taken_twice_it_is_taken_once(self, bureau):
        url = f"/leads/{bureau.owe()['id']}"
        first, again = done(act(bureau.one, url)), done(act(bureau.one, url))
        assert first["now"] == again["now"]
        told = done(bureau.one.get(f"{url}/timeline"))["items"]
        assert [each["name"] for each in told].count("record.turn_taken") == 1

    def test_who_comes_second_is_told_who_has_it(self, bureau):
        url = f"/leads/{bureau.owe()['id']}"
        done(act(bureau.one, url))
        assert bureau.one.me["user"]["name"] in refused(act(bureau.two, url), 409, "turn_taken")
        assert turn(bureau.two, url)["holder"] == me(bureau.one)

    def test_of_two_at_once_one_has_it(self, bureau):
        for _ in range(3):
            url = f"/leads/{bureau.owe()['id']}"
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(lambda who, at=url: act(who, at), (bureau.one, bureau.two)))
            assert sorted(each.status_code for each in answers) == [200, 409]
            winner = next(
                who
                for who, each in zip((bureau.one, bureau.two), answers, strict=True)
                if each.status_code == 200
            )
            assert turn(bureau.head, url)["holder"] == me(winner)

    def test_given_back_it_is_anybodys_of_the_unit(self, bureau):
        url = f"/leads/{bureau.owe()['id']}"
        done(act(bureau.one, url))
        refused(act(bureau.two, url, "give_back"), 403, "not_your_turn")
        back = done(act(bureau.one, url, "give_back"))["now"][0]
        assert (back["holder"], back["turn_actions"]) == (None, ["take"])
        # nobody has it: nothing to give back, and nothing wrong
        assert done(act(bureau.two, url, "give_back"))["now"][0]["holder"] is None
        assert done(act(bureau.two, url))["now"][0]["holder"] == me(bureau.two)

    def test_the_turn_of_somebody_else_is_not_taken(self, bureau, client):
        url = f"/leads/{bureau.owe()['id']}"
        for who in ("office", "leader", "supervisor"):  # they see it
            refused(act(client(who), url), 403, "not_your_turn")
            refused(act(client(who), url, "give_back"), 403, "not_your_turn")
        for stranger in (client("police"), client("village02"), client("county")):
            for action in ("take", "give_back"):
                refused(act(stranger, url, action), 404, "not_found")
        refused(act(client("finance"), url), 403, "forbidden")  # no leads at all
        nobody = act(bureau.one, f"/leads/{uuid4()}")
        refused(nobody, 404, "not_found")
        assert turn(bureau.one, url)["holder"] is None

    def test_a_closed_one_waits_for_nobody(self, client):
        office, police = client("office"), client("police")
        lead = factories.close(
            office, fed_back(police, factories.conclude(office, police, "unfounded"))
        )
        refused(act(police, f"/leads/{lead['id']}"), 403, "not_your_turn")
        refused(act(office, f"/leads/{lead['id']}"), 403, "not_your_turn")

    def test_a_field_too_many_or_too_few(self, bureau):
        url = f"/leads/{bureau.owe()['id']}"
        assert bureau.one.post(f"{url}/turns", json={}).status_code == 422
        assert act(bureau.one, url, "steal").status_code == 422
        other = act(bureau.one, url, "take", user_id=bureau.two.me["user"]["id"])
        refused(other, 422, "validation_failed")
        assert turn(bureau.one, url)["holder"] is None


class TestPassingOn:
    def test_whoever_has_it_has_the_next_step_too(self, bureau):
        lead = bureau.owe()
        url = f"/leads/{lead['id']}"
        done(act(bureau.one, url))
        done(bureau.one.act(url, "acknowledge", lead["version"]))
        assert turn(bureau.two, url)["holder"] == me(bureau.one)
        assert duties(bureau.two, lead["id"])[0]["holder"] == me(bureau.one)

    def test_taking_is_no_new_version(self, bureau):
        lead = bureau.owe()
        done(act(bureau.one, f"/leads/{lead['id']}"))
        # the form that a colleague has open stays good
        done(bureau.two.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))

    def test_it_ends_when_it_is_other_peoples_turn(self, bureau, client):
        lead = bureau.owe()
        url = f"/leads/{lead['id']}"
        done(act(bureau.one, url))
        done(bureau.one.act(url, "dispute", lead["version"], reason="不属本所职责"))
        assert turn(bureau.office, url)["holder"] is None
        lead = factories.assign(bureau.office, done(bureau.office.get(url)), bureau.one)
        assert turn(bureau.one, url)["holder"] is None, "what comes back is free again"
        # and with another unit in charge
        done(act(bureau.one, url))
        done(bureau.one.act(url, "dispute", lead["version"], reason="不属本所职责"))
        factories.assign(bureau.office, done(bureau.office.get(url)), client("police"))
        assert turn(client("police"), url)["holder"] is None

    def test_handed_to_the_police_it_is_still_whose_it_was(self, client):
        """From the report to the head until the reporter is told it is one unit's thing: who of them
        took it upon themselves has it all the way."""
        market, leader, police = client("market"), client("leader"), client("police")
        lead = factories.conclude(client("office"), market)
        url = f"/leads/{lead['id']}"
        done(act(market, url))

        def has_it(what: str, whose: Client = market) -> bool:
            held = [
                each["holder"] for each in done(market.get(url))["standing"]["now"]
                if each["what"] == what and each["whom"] == whose.me["unit"]["name"]
            ]  # fmt: skip
            assert len(held) == 1, what
            return held == [me(market)]

        lead = done(market.act(url, "propose_transfer", lead["version"], **PROPOSAL))
        [waits] = [e for e in done(leader.get(url))["standing"]["now"] if e["is_mine"]]
        assert (waits["holder"], waits["turn_actions"]) == (None, []), "it goes back to who has it"
        lead = done(leader.act(url, "approve_transfer", lead["version"]))
        assert has_it("已批准移送公安，待送出")
        to = {
            "receiver_unit_id": police.me["unit"]["id"],
            "materials": "卷宗",
            "reason": "涉嫌犯罪",
        }
        to |= {"approved_on": today().isoformat(), "approved_by": leader.me["user"]["name"]}
        lead = done(market.act(url, "transfer_police", lead["version"], **to))
        assert has_it("待反馈举报人")
        lead = done(market.act(url, "recall", lead["version"], reason="材料有误"))
        assert has_it("待反馈举报人")
        lead = done(market.act(url, "propose_transfer", lead["version"], **PROPOSAL))
        done(leader.act(url, "refuse_transfer", lead["version"], reason="证据不足"))
        assert has_it("待反馈举报人")

    def test_the_desk_has_turns_of_its_own(self, bureau, client):
        office = client("office")
        lead = factories.make_lead(office)
        url = f"/leads/{lead['id']}"
        assert done(act(office, url))["now"][0]["holder"] == me(office)
        factories.assign(office, lead, bureau.one)
        assert turn(bureau.one, url)["holder"] is None

    def test_who_hands_over_and_who_receives_do_not_keep_each_other_off(self, client):
        """The sender still owes the reporter an answer, the receiver the receipt: two rows wait."""
        market, police = client("market"), client("police")
        office = client("office")
        lead = factories.conclude(office, market)
        url = f"/leads/{lead['id']}"
        done(act(market, url))
        lead = done(market.act(url, "transfer_police", lead["version"], **handed_to(police)))
        assert {each["is_received"] for each in lead["standing"]["now"]} == {True, False}

        def hands(who: Client) -> dict:
            return {
                each["is_received"]: (each["holder"], each["turn_actions"])
                for each in done(who.get(url))["standing"]["now"]
                if each["is_mine"]
            }

        assert hands(market) == {False: (me(market), ["give_back"])}
        assert hands(police) == {True: (None, ["take"])}
        done(act(police, url))
        assert hands(police) == {True: (me(police), ["give_back"])}
        assert hands(market) == {False: (me(market), ["give_back"])}
        (duty,) = duties(police, lead["id"])
        assert duty["holder"] == me(police)
        done(act(market, url, "give_back"))
        assert hands(police) == {True: (me(police), ["give_back"])}
        done(act(police, url, "give_back"))
        assert hands(police) == {True: (None, ["take"])}

    def test_an_assist_is_taken_by_itself(self, bureau, client):
        market = client("market")
        lead = factories.assign(bureau.office, factories.make_lead(bureau.office), market)
        url = f"/leads/{lead['id']}"
        lead = done(market.act(url, "acknowledge", lead["version"]))
        lead = done(
            market.act(
                url, "ask_assist", lead["version"], assisting_unit_id=bureau.one.me["unit"]["id"],
                assist_task="查一查",
            )
        )  # fmt: skip
        (assist,) = lead["assists"]
        mine = f"{url}/assists/{assist['id']}"
        refused(act(bureau.one, url), 403, "not_your_turn")
        refused(act(market, mine), 403, "not_your_turn")
        refused(act(client("village02"), mine), 404, "not_found")
        done(act(bureau.one, mine))
        done(act(market, url))

        def holders(who: Client) -> dict:
            return {
                each["assist_id"]: each["holder"] for each in done(who.get(url))["standing"]["now"]
            }

        assert holders(bureau.two) == {None: None, assist["id"]: me(bureau.one)}
        assert holders(bureau.office) == {None: me(market), assist["id"]: me(bureau.one)}
        (duty,) = duties(bureau.two, lead["id"])
        assert (duty["holder"], duty["turn_url"]) == (me(bureau.one), f"{mine}/turns")
        done(bureau.one.act(mine, "acknowledge", assist["version"]))
        assert holders(bureau.two)[assist["id"]] == me(bureau.one)
        assert "taken_by" not in done(bureau.two.get(url))["assists"][0]


class TestLeaving:
    @pytest.fixture
    def own(self, running, client) -> Bureau:
        return make_bureau(running, client("office"), client("system_admin"))

    def held(self, own: Bureau) -> str:
        url = f"/leads/{own.owe()['id']}"
        done(act(own.one, url))
        return url

    def test_whoever_hands_over_the_post_gives_back(self, own, client):
        system, url = client("system_admin"), self.held(own)
        post = f"/posts/{own.one.me['post']['id']}"
        user = done(
            system.post("/users", json={"username": factories.fresh("h"), "name": "接任人"})
        )
        version = done(system.get(post))["version"]
        done(system.post(f"{post}/holders", json={"version": version, "user_id": user["id"]}))
        assert turn(own.two, url)["holder"] is None
        told = done(own.office.get(f"{url}/timeline"))["items"][0]
        assert (told["name"], told["details"][0]["value"]) == (
            "record.turn_given_back", "原经办人离岗",
        )  # fmt: skip

    def test_whose_account_is_closed_gives_back(self, own, client):
        system, url = client("system_admin"), self.held(own)
        person = f"/users/{own.one.me['user']['id']}"
        body = {"version": done(system.get(person))["version"], "is_active": False}
        done(system.patch(person, json=body))
        assert turn(own.two, url)["holder"] is None

    def test_with_the_post_its_turns_go(self, own, client):
        system, url = client("system_admin"), self.held(own)
        post = f"/posts/{own.one.me['post']['id']}"
        body = {"version": done(system.get(post))["version"], "is_active": False}
        done(system.patch(post, json=body))
        assert turn(own.two, url)["holder"] is None

    def test_who_stays_keeps_theirs(self, own, client):
        system, url = client("system_admin"), self.held(own)
        person = f"/users/{own.two.me['user']['id']}"
        body = {"version": done(system.get(person))["version"], "is_active": False}
        done(system.patch(person, json=body))
        assert turn(own.head, url)["holder"] == me(own.one)


class TestTheHead:
    def load(self, who: Client) -> dict:
        found = done(who.get("/me/unit-duties"))
        return {each["user"]["id"]: each for each in found["people"]} | {
            None: found["nobody"],
            "may_give": found["may_give"],
        }

    def test_sees_who_has_what_and_what_nobody_has(self, running, client):
        own = make_bureau(running, client("office"), client("system_admin"))
        late, urls = own.owe(), [f"/leads/{own.owe()['id']}" for _ in range(2)]
        since = Calendar.builtin().step(today(), -9)
        run_sql(running, "UPDATE leads SET assigned_on = $2 WHERE id = $1", late["id"], since)
        done(act(own.one, f"/leads/{late['id']}"))
        done(act(own.one, urls[0]))
        found = self.load(own.head)
        mine = found[own.one.me["user"]["id"]]
        assert (mine["count"], mine["overdue"], mine["is_head"]) == (2, 1, False)
        assert mine["first_due_on"] < today().isoformat()
        assert found[own.head.me["user"]["id"]]["is_head"]
        assert found[None]["count"] == 1
        assert (found["may_give"], self.load(own.two)["may_give"]) == (True, False)
        # home tells the same, by person
        listed = done(own.head.get("/me/duties", params={"holder_id": own.one.me["user"]["id"]}))
        assert {each["subject_id"] for each in listed["items"]} == {
            late["id"], urls[0].split("/")[-1],
        }  # fmt: skip
        free = done(own.head.get("/me/duties", params={"unheld": True}))["items"]
        assert [each["subject_id"] for each in free] == [urls[1].split("/")[-1]]

    def test_gives_it_to_somebody_of_the_unit(self, bureau, client):
        url = f"/leads/{bureau.owe()['id']}"
        two = bureau.two.me["user"]["id"]
        refused(act(bureau.one, url, "give", user_id=two), 403, "not_head")
        assert done(act(bureau.head, url, "give", user_id=two))["now"][0]["holder"] == me(
            bureau.two
        )
        told = done(bureau.head.get(f"{url}/timeline"))["items"][0]
        assert told["label"] == "指定经办人"
        assert {"label": "经办人", "value": bureau.two.me["user"]["name"]} in told["details"]
        # and to another, and back to all
        one = bureau.one.me["user"]["id"]
        assert done(act(bureau.head, url, "give", user_id=one))["now"][0]["holder"] == me(
            bureau.one
        )
        assert done(act(bureau.head, url, "give_back"))["now"][0]["holder"] is None

    def test_gives_it_to_nobody_else(self, bureau, client):
        url = f"/leads/{bureau.owe()['id']}"
        for user in (None, str(uuid4()), client("police").me["user"]["id"]):
            answer = act(bureau.head, url, "give", user_id=user)
            refused(answer, 422, "validation_failed")
            assert answer.json()["errors"][0]["pointer"] == "/user_id"
        refused(
            act(client("office"), url, "give", user_id=me(bureau.one)["id"]), 403, "not_your_turn"
        )
        assert turn(bureau.one, url)["holder"] is None

    def test_without_a_head_all_say_who_does_what_nobody_has(self, headless):
        url = f"/leads/{headless.owe()['id']}"
        two = headless.two.me["user"]["id"]
        given = done(act(headless.one, url, "give", user_id=two))
        assert given["now"][0]["holder"] == me(headless.two)

    def test_without_a_head_no_colleague_takes_it_away(self, headless):
        url = f"/leads/{headless.owe()['id']}"
        done(act(headless.one, url))
        for other in (headless.two, headless.head):
            said = refused(act(other, url, "give_back"), 403, "not_your_turn")
            assert me(headless.one)["name"] in said
            assert "镇专项办" in said, "it says who may"
            for user in (me(other)["id"], me(headless.head)["id"]):
                refused(act(other, url, "give", user_id=user), 403, "not_head")
            refused(act(other, url), 409, "turn_taken")
        assert turn(headless.two, url)["holder"] == me(headless.one)
        # who has it says who goes on with it
        done(act(headless.one, url, "give", user_id=me(headless.two)["id"]))
        assert turn(headless.one, url)["holder"] == me(headless.two)

    @pytest.mark.parametrize("who", ["office", "leader"])
    def test_the_office_and_the_leaders_give_back_and_take_nothing(self, headless, client, who):
        url, frees = f"/leads/{headless.owe()['id']}", client(who)
        refused(act(frees, url, "give_back"), 403, "not_your_turn")
        done(act(headless.one, url))
        assert turn(frees, url)["turn_actions"] == ["give_back"]
        refused(act(frees, url), 403, "not_your_turn")
        assert done(act(frees, url, "give_back"))["now"][0]["holder"] is None
        assert turn(frees, url)["turn_actions"] == []

    def test_who_looks_on_gives_nothing_back(self, headless, client):
        url = f"/leads/{headless.owe()['id']}"
        done(act(headless.one, url))
        refused(act(client("supervisor"), url, "give_back"), 403, "not_your_turn")
        assert turn(headless.one, url)["holder"] == me(headless.one)


def test_what_is_confidential_is_in_no_figure(running, client):
    """A restricted file, a wish to see an informant: of single people, not of their units."""
    office = client("office")
    before = done(office.get("/me/unit-duties"))
    lead = factories.make_lead(office)
    done(act(office, f"/leads/{lead['id']}"))
    body = {"lead_id": lead["id"], "kind": "umbrella", "text": "怀疑有人通风报信。"}
    answer = office.post("/restricted-files/hints", json=body)
    assert answer.is_success, answer.text
    after = done(office.get("/me/unit-duties"))
    assert after["nobody"]["count"] == before["nobody"]["count"]
    files = done(client("county").get("/restricted-files", params={"limit": 200}))["items"]
    (file,) = [each for each in files if each["lead_number"] == lead["number"]]
    read = done(client("county").get(f"/restricted-files/{file['id']}"))
    assert read["standing"]["now"]
    assert {tuple(each["turn_actions"]) for each in read["standing"]["now"]} == {()}
    for who in ("county", "office", "leader"):
        told = client(who).get("/me/unit-duties").text
        assert "专档" not in told
        assert file["id"] not in told
    assert client("county").post(f"/restricted-files/{file['id']}/turns").status_code == 404


@pytest.mark.parametrize(
    "noun",
    ["leads", "cases", "property-items", "property-measures", "distributions", "risk-entities",
     "inspections", "rectifications", "rewards", "handovers"],
)  # fmt: skip
def test_every_noun_is_taken_and_given_back(client, running, built, noun):
    """By somebody whose turn it is; home and record then tell the same."""
    if noun == "property-measures":  # its turn comes with the first warning
        run_sql(
            running,
            "UPDATE property_measures SET expires_on = $2 WHERE id = $1",
            built.ids[noun],
            today() + timedelta(days=1),
        )
    url = f"/{noun}/{built.ids[noun]}"
    for who in map(client, EVERYBODY):
        answer = who.get(url)
        turns = answer.json()["standing"]["now"] if answer.status_code == 200 else []
        if any("take" in each["turn_actions"] for each in turns):
            break
    else:
        raise AssertionError((noun, turns))
    taken = [each for each in done(act(who, url))["now"] if each["holder"]]
    assert [each["holder"] for each in taken] == [me(who)] * len(taken) != []
    assert all(each["turn_actions"] == ["give_back"] for each in taken)
    for duty in duties(who, built.ids[noun]):
        if duty["turn_url"] == f"{url}/turns":
            assert duty["holder"] == me(who)
    assert not any(each["holder"] for each in done(act(who, url, "give_back"))["now"])


@pytest.fixture(scope="module")
def built(client):
    return worlds.build(client)


def test_whoever_prepared_it_is_not_given_the_publishing(client):
    """A case that was judged is shown by a second person: whose turn it is, the flow says."""
    justice, leader, office = client("justice"), client("leader"), client("office")
    judged = {
        "kind": "typical_case", "title": factories.fresh("以案说法"), "judged_on": "2021-12-20",
        "judgment_court": "某县人民法院", "judgment_no": "（2021）某刑初某号",
    }  # fmt: skip
    for who, wrote in ((office, office), (office, justice)):
        url = f"/outcomes/{done(wrote.post('/outcomes', json=factories.outcome(**judged)))['id']}"
        own = who is wrote
        if own:
            refused(act(who, url), 403, "not_your_turn")
            refused(act(who, url, "give", user_id=me(who)["id"]), 403, "not_your_turn")
        else:
            refused(act(wrote, url), 403, "not_your_turn")
            assert done(act(who, url))["now"][0]["holder"] == me(who)
            assert turn(leader, url)["holder"] == me(who)
            assert refused(act(leader, url), 409, "turn_taken")


def test_a_system_takes_nothing(running, client):
    """The police's own system acts for the station; it is nobody who has something in hand."""
    token = httpx.post(
        f"{running.api}/auth/token",
        data={"grant_type": "client_credentials"},
        auth=("police-gateway", PASSWORD),
    )
    gateway = Client(
        base_url=running.api,
        headers={"Authorization": f"Bearer {done(token)['access_token']}"},
        timeout=60,
    )
    office, police = client("office"), client("police")
    url = f"/leads/{factories.assign(office, factories.make_lead(office), police)['id']}"
    seen = turn(gateway, url)
    assert (seen["is_mine"], seen["turn_actions"]) == (True, [])
    refused(act(gateway, url), 403, "not_your_turn")
    assert turn(police, url)["holder"] is None
