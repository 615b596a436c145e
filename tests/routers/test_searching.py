"""What was recorded is found by what people type: every noun with a search box, every spelling."""

import random
import unicodedata
from uuid import uuid4

import pytest

from api.core.listing.search import plain
from tests import factories
from tests.cases import case
from tests.entities import credit_code, entity
from tests.factories import make_lead, outcome
from tests.money import done, made, make_case, make_item, make_victim

#: What stands between the parts of a name, and what somebody else types in its place.
DOTS = ["·", "•", "・", "‧", "･", "⋅", "∙", "・", "ㆍ", "．", ".", "", " ", "\u3000", "-", "—"]
BRACKETS = [("（", "）"), ("(", ")"), ("〔", "〕"), ("[", "]"), ("【", "】"), ("", "")]


def mark() -> str:
    """A word that no other record holds: rare characters, so that nothing is found by chance."""
    return "".join(chr(0x4E00 + random.randrange(0x5000)) for _ in range(4))


def ids(who, path: str, q: str) -> list[str]:
    answer = who.get(path, params={"q": q, "limit": 200})
    assert answer.status_code == 200, (q, answer.text)
    rows = answer.json()["items"]
    return [row.get("id") or row.get("code") for row in rows]


def _lead(client, name):
    who = client("office")
    return who, "/leads", make_lead(who, subject_name=name)["id"]


def _narrative(client, name):
    who = client("office")
    return who, "/leads", make_lead(who, narrative=f"来电称：{name}，会员卡不退费。")["id"]


def _case(client, name):
    who = client("police")
    return who, "/cases", made(who.post("/cases", json=case(title=name)))["id"]


def _entity(client, name):
    who = client("market")
    return who, "/risk-entities", made(who.post("/risk-entities", json=entity(name=name)))["id"]


def _inspection(client, name):
    who, _, entity_id = _entity(client, name)
    return who, "/inspections", made(who.post("/inspections", json={"entity_id": entity_id}))["id"]


def _outcome(client, name):
    who = client("office")
    return who, "/outcomes", made(who.post("/outcomes", json=outcome(title=name)))["id"]


def _unit(client, name):
    who = client("system_admin")
    there = done(who.get("/units", params={"kind": "other"}))["items"]
    if there:  # a town has one unit of a kind
        body = {"name": name, "version": there[0]["version"]}
        return who, "/units", done(who.patch(f"/units/{there[0]['id']}", json=body))["id"]
    body = {"name": name, "kind": "other", "division_code": "341522118"}
    return who, "/units", made(who.post("/units", json=body))["id"]


def _user(client, name):
    who = client("system_admin")
    body = {"username": f"u{uuid4().hex[:10]}", "name": name}
    return who, "/users", made(who.post("/users", json=body))["id"]


NOUNS = [_lead, _narrative, _case, _entity, _inspection, _outcome, _unit, _user]


def names(seed: int) -> list[str]:
    """Names as licences, ID cards and townships write them."""
    pick = random.Random(seed)
    odd = ["𠮷", "𬭊", "\U00030edd", "\ue863", "〇", "々", "é", "Ω", "ﷲ"]
    return [
        f"{mark()}（安徽）健康管理有限公司，{pick.choice(odd)}Ｂ座１２号",
        f"买买提·{mark()}·{pick.choice(odd)}尔肯",
        f"张　{mark()}",
        f"“{mark()}”康养[2022]第３批；A-{pick.randrange(100, 999)}",
    ]


@pytest.mark.parametrize("record", NOUNS)
def test_a_records_own_name_finds_it_and_so_does_every_part_of_it(client, record):
    pick = random.Random(record.__name__)
    for name in names(len(record.__name__)):
        who, path, made_id = record(client, name)
        parts = [name]
        for _ in range(6):
            at = pick.randrange(len(name) - 1)
            parts.append(name[at : at + pick.randrange(2, len(name))])
        for part in parts:
            if len(plain(part)) < 2:
                continue
            shown = ids(who, path, part)
            # a short part may stand in more records than a page holds
            assert made_id in shown or len(shown) == 200, (path, name, part)


@pytest.mark.parametrize("record", NOUNS)
def test_another_spelling_finds_it(client, record):
    word = mark()
    name = f"{word}（六安）Abc·养老"
    who, path, made_id = record(client, name)
    asked = [f"{word}{a}六安{b}Abc{dot}养老" for a, b in BRACKETS for dot in DOTS[:3]]
    asked += [f"{word}（六安）abc{dot}养老" for dot in DOTS]
    asked += [
        unicodedata.normalize("NFKC", name).upper(),
        f"  {name}\n",
        f"{word}\n（六安）",
        f"{word}，六安",
    ]
    for q in asked:
        assert made_id in ids(who, path, q), (path, q)


@pytest.mark.parametrize("path", ["/leads", "/cases", "/risk-entities", "/outcomes", "/units",
                                  "/victims", "/divisions", "/inspections"])  # fmt: skip
def test_marks_alone_find_nothing_and_say_why(client, path):
    answer = done(client("office").get(path, params={"q": "（·）"}))
    assert answer["items"] == []
    if path in {"/leads", "/cases", "/risk-entities"}:
        assert answer["notice"]


class TestNumbers:
    @pytest.fixture
    def office(self, client):
        return client("office")

    @pytest.mark.parametrize(
        "q", ["0564-{0}", "0564{0}", "{0}", "0564-{0}转8", "（0564）{0}-8", "电话{0}"]
    )
    def test_a_fixed_line_with_its_extension(self, office, q):
        line = f"60{random.randrange(10_000, 99_999)}"
        lead = make_lead(office, narrative=f"对方固话0564-{line}转8，一直打不通。")
        assert lead["id"] in ids(office, "/leads", q.format(line))

    def test_a_line_without_area_code_is_found_by_the_whole(self, office):
        line = f"61{random.randrange(10_000, 99_999)}"
        lead = make_lead(office, narrative=f"座机{line}，无人接听。")
        assert lead["id"] in ids(office, "/leads", f"0564-{line}")

    @pytest.mark.parametrize(
        ("said", "asked"),
        [
            ("加微信{0}联系", ["{0}", "微信{0}", "微信号：{0}", "{0}".upper()]),
            ("QQ号{1}", ["{1}", "QQ{1}"]),
            ("卡号62284{1}0012345", ["62284{1}0012345", "62284{1} 0012345"]),
        ],
    )
    def test_handles_and_accounts(self, office, said, asked):
        handle, number = f"wx{uuid4().hex[:8]}", str(random.randrange(1_000_000, 9_999_999))
        lead = make_lead(office, narrative=said.format(handle, number))
        for q in asked:
            assert lead["id"] in ids(office, "/leads", q.format(handle, number)), q

    def test_the_visible_end_of_a_phone_and_any_part_of_a_credit_code(self, office, client):
        tail = f"{random.randrange(1000, 9999)}"
        lead = make_lead(office, narrative=f"联系电话1385550{tail}，{mark()}")
        assert lead["id"] in ids(office, "/leads", tail)

    @pytest.mark.parametrize(
        "holds", ["", "WX", "QQ", "WXA", "QQ12345", "WX8AB2K", "WXAXLFBRD", "H12345678"]
    )
    def test_a_credit_code_is_found_by_any_part_of_it(self, office, client, holds):
        """Also where letters of it are those that come before a handle."""
        market = client("market")
        code = credit_code(holds)
        made_entity = made(market.post("/risk-entities", json=entity(uscc=code)))
        parts = (code, code.lower(), code[-6:], code[8:14], code[code.index(holds or code[8]) :])
        spaced = (f"{code[:8]} {code[8:]}", f"{code[:2]}-{code[2:8]}-{code[8:]}", " ".join(code))
        for q in (*parts, *spaced):
            assert made_entity["id"] in ids(market, "/risk-entities", q), q
        coded = make_lead(office, subject_uscc=code)
        assert coded["id"] in ids(office, "/leads", code[8:])
        told = make_lead(office, narrative=f"执照上写着{spaced[0]}，{mark()}")
        assert {told["id"], coded["id"]} <= set(ids(office, "/leads", code))

    def test_an_address_is_found_by_its_parts(self, office):
        road = mark()
        lead = make_lead(office, narrative=f"在众兴集镇{road}路18号开会。")
        for q in (f"{road}路18号", f"{road}路18", f"{road}路", f"镇{road}路18号"):
            assert lead["id"] in ids(office, "/leads", q), q

    def test_what_stands_before_a_village_may_be_left_out_or_said(self, office):
        village = mark()
        short = make_lead(office, narrative=f"{village}村三组有人上门推销。")
        long = make_lead(office, narrative=f"霍邱县众兴集镇{village}村三组有人上门推销。")
        front = (
            "",
            "众兴集镇",
            "霍邱县众兴集镇",
            "六安市霍邱县众兴集镇",
            "安徽省六安市霍邱县众兴集镇",
        )
        for q in (f"{each}{village}村三组" for each in front):
            assert {short["id"], long["id"]} <= set(ids(office, "/leads", q)), q

    def test_a_group_and_a_house_however_they_are_written(self, office, client):
        """Asked and stored alike: leads, entities and cases."""
        village = mark()
        ways = ("三组十二号", "3组12号", "第三组12号", "三村民组十二号", "第3村民小组12号")
        leads = {make_lead(office, narrative=f"{village}村{way}有人推销。")["id"] for way in ways}
        market, police = client("market"), client("police")
        entities = {
            made(market.post("/risk-entities", json=entity(name=f"{village}村{way}店")))["id"]
            for way in ways
        }
        held = {
            made(police.post("/cases", json=case(title=f"{village}村{way}案")))["id"]
            for way in ways
        }
        for way in ways:
            q = f"霍邱县{village}村{way}"
            assert leads <= set(ids(office, "/leads", q)), q
            assert entities <= set(ids(market, "/risk-entities", q)), q
            assert held <= set(ids(police, "/cases", q)), q
        assert not leads & set(ids(office, "/leads", f"{village}村四组"))

    def test_a_village_and_its_unit_whatever_stands_around_them(self, office):
        for front in ("", "霍邱县", "众兴集镇", "安徽省六安市霍邱县", "六安市霍邱县众兴集镇"):
            for behind in ("", "3组", "第三村民组"):
                q = f"{front}白庙村{behind}"
                assert "341522118202" in ids(office, "/divisions", q), q
                named = [
                    each["name"] for each in done(office.get("/units", params={"q": q}))["items"]
                ]
                assert named == ["白庙村村民委员会"], q

    def test_a_number_of_a_record_however_it_is_written(self, office):
        lead = make_lead(office)
        town, year, serial = lead["number"].split("-")[1:]
        for q in (lead["number"], lead["number"].lower(), f"ＸＳ－{town}－{year}－{serial}",
                  f" XS{town}{year}{serial} ", serial, f"{year}-{serial}"):  # fmt: skip
            assert lead["id"] in ids(office, "/leads", q), q

    def test_who_finds_nothing_is_told_that_only_whole_numbers_are_looked_for(self, office, client):
        answer = done(office.get("/leads", params={"q": "1385559"}))
        if not answer["items"]:
            assert "完整号码" in answer["notice"]
        follower = done(client("village01").get("/leads", params={"q": "13855590099"}))
        assert "不能按号码查找" in follower["notice"]
        assert "完整" in done(office.get("/victims", params={"q": "张某某某"}))["notice"]
        assert done(office.get("/leads"))["notice"] is None

    def test_without_the_right_to_the_plain_value_a_whole_number_confirms_nothing(self, client):
        office, village = client("office"), client("village01")
        phone = factories.phone()
        lead = make_lead(office, narrative=f"{mark()}，电话{phone}。")
        assert lead["id"] in ids(office, "/leads", phone)
        assert lead["id"] not in ids(village, "/leads", phone[:7] + "0000")
        assert lead["id"] not in ids(village, "/leads", f"{phone[:3]}0000{phone[7:]}") or lead[
            "id"
        ] in ids(village, "/leads", f"{phone[:3]}1111{phone[7:]}")


class TestSealedTexts:
    def test_an_entity_by_the_whole_name_of_who_answers_for_it(self, client):
        market, village = client("market"), client("village01")
        name = mark()[:3]
        given = entity(name=mark(), responsible_person=name)
        found = made(market.post("/risk-entities", json=given))
        assert found["id"] in ids(market, "/risk-entities", name)
        assert found["id"] in ids(market, "/risk-entities", f" {name[0]} {name[1:]} ")
        assert found["id"] in ids(market, "/risk-entities", given["name"])
        # it would confirm a guess
        answer = village.get("/risk-entities", params={"q": name})
        assert not answer.is_success or not answer.json()["items"]
        everything = done(market.get("/search", params={"q": name}))["items"]
        assert found["id"] in {row["id"] for each in everything for row in each["items"]}

    def test_property_by_its_account(self, client, running):
        police = client("police")
        item = make_item(police, make_case(running), title=f"账户{mark()}")
        account = done(
            police.post(f"/property-items/{item['id']}/reveals",
                        json={"fields": ["account"], "reason": "核对账户"})
        )["values"]["account"]  # fmt: skip
        spaced = " ".join(account[at : at + 4] for at in range(0, len(account), 4))
        for q in (account, spaced, account[-4:]):
            assert item["id"] in ids(police, "/property-items", q), q
        assert item["id"] not in ids(police, "/property-items", account[:-4] + "0000")
        told = done(police.get("/property-items", params={"q": "6222999988887777"}))
        assert told["items"] == []
        assert told["notice"]
        assert item["id"] in {
            row["id"]
            for each in done(police.get("/search", params={"q": account}))["items"]
            for row in each["items"]
        }


class TestVictims:
    def test_names_by_every_spelling(self, running, client):
        case_id, office = make_case(running), client("office")
        word = mark()
        victim = make_victim(office, case_id, verify=False, name=f"买　{word}·艾力")
        for q in (f"买{word}艾力", f"买 {word}•艾力", f"买{word}・艾力", f"买{word} 艾力"):
            assert victim["id"] in ids(office, "/victims", q), q

    @pytest.mark.parametrize(
        ("number", "kind", "asked"),
        [
            ("H{0:08d}", "hk_macao_permit", ["h{0:08d}", "H{0:08d}00", "回乡证H{0:08d}"]),
            ("M{0:08d}01", "hk_macao_permit", ["M{0:08d}"]),
            ("台胞证{0:08d}", "taiwan_permit", ["{0:08d}", "台胞证{0:08d}"]),
            ("护照E{0:08d}", "passport", ["E{0:08d}", "e{0:08d}"]),
            (
                "军字第{0:07d}号",
                "military_id",
                ["军字{0:07d}", "军字第{0:07d}号", "军字第 {0:07d} 号"],
            ),
            ("USA{0:012d}", "foreign_resident", ["usa{0:012d}"]),
        ],
    )
    def test_every_kind_of_document(self, running, client, number, kind, asked):
        case_id, office = make_case(running), client("office")
        serial = random.randrange(1_000_000, 9_999_999)
        body = {"case_id": case_id, "name": "陈某", "principal": "5000.00"}
        written = number.format(serial)
        shown = made(office.post("/victims", json=body | {"id_number": written}))
        assert shown["id_kind"] == kind
        assert str(serial) not in str(shown)
        for q in asked:
            assert shown["id"] in ids(office, "/victims", q.format(serial)), q
        again = office.post("/victims", json=body | {"id_number": written, "id_kind": kind})
        assert again.status_code == 409
        noted = made(
            office.post(
                "/victims", json=body | {"note": f"证件为港澳居民来往内地通行证H{serial:08d}"}
            )
        )
        assert f"{serial:08d}" not in str(noted)

    def test_a_kind_may_be_said_and_changed(self, running, client):
        case_id, office = make_case(running), client("office")
        body = {"case_id": case_id, "name": "陈某", "principal": "5000.00", "id_number": "12345678"}
        refused = office.post("/victims", json=body)
        assert refused.status_code == 422
        assert "证件类型" in refused.json()["errors"][0]["message"]
        taken = made(office.post("/victims", json=body | {"id_kind": "taiwan_permit"}))
        url = f"/victims/{taken['id']}"
        wrong = office.patch(url, json={"version": taken["version"], "id_kind": "hk_macao_permit"})
        assert wrong.status_code == 422, wrong.text
        now = done(office.patch(url, json={"version": taken["version"], "id_kind": "passport"}))
        assert now["id_kind"] == "passport"
        reveal = {"fields": ["id_number"], "reason": "核对受害人证件"}
        assert done(office.post(f"{url}/reveals", json=reveal))["values"] == {
            "id_number": "12345678"
        }


class TestBatches:
    def test_progress_by_batch(self, client):
        office, police = client("office"), client("police")
        batch = f"12337平台第（{mark()}）批"
        leads = [make_lead(office, batch_no=batch, channel="county_office") for _ in range(3)]
        from tests.factories import assign

        assign(office, leads[0], police)
        (row,) = done(office.get("/leads/batches", params={"q": batch[:-1].replace("（", "(")}))[
            "items"
        ]
        assert (row["leads"], row["waiting"], row["working"], row["done"]) == (3, 2, 1, 0)
        assert {each["status"]: each["leads"] for each in row["by_status"]} == {
            "registered": 2, "assigned": 1,
        }  # fmt: skip
        shown = done(office.get(f"/leads?{row['query']}"))["items"]
        assert {each["id"] for each in shown} == {each["id"] for each in leads}
        assert {each["id"] for each in leads} <= set(ids(office, "/leads", batch))
        (seen,) = done(police.get("/leads/batches", params={"q": batch}))["items"]
        assert seen["leads"] == 1


@pytest.mark.parametrize("record", [_lead, _case, _entity, _outcome, _unit, _user])
def test_what_nobody_sees_is_not_kept(client, record):
    """A name with turned reading direction, marks without width and other digits comes in clean."""
    word = mark()
    who, path, made_id = record(client, f"{word}\u202e甲\u200b乙\u2066１２٣")
    shown = done(who.get(f"{path}/{made_id}"))
    assert f"{word}甲乙123" in {shown.get(field) for field in ("subject_name", "title", "name")}
    assert made_id in ids(who, path, f"{word}甲乙123")
