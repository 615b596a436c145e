"""Units, posts and people pasted as a list: shown with every fault, taken over whole or not at all."""

from uuid import uuid4

import httpx
import pytest

from tests.conftest import Client
from tests.factories import fresh


def named(word: str) -> str:
    """A name whose end says of what kind the unit is."""
    return f"{uuid4().hex[:8]}{word}"


def table(*rows: str, by: str = "\t") -> str:
    """`单位|岗位` a row, as it is copied."""
    return "\n".join(row.replace("|", by) for row in rows)


def preview(who: Client, text: str) -> dict:
    answer = who.post("/units/rosters/previews", json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def faults(who: Client, text: str) -> list[tuple[int, str, str]]:
    return [(each["line"], each["label"], each["code"]) for each in preview(who, text)["faults"]]


def take(who: Client, text: str) -> httpx.Response:
    return who.post("/units/rosters", json={"text": text})


def units_of(who: Client, name: str) -> list[dict]:
    return who.get("/units", params={"q": name}).json()["items"]


class TestReading:
    @pytest.mark.parametrize("by", ["\t", ",", "，", "；", "  ", "\u3000"])
    def test_however_the_cells_are_apart(self, system, by):
        unit = named("某镇人社所")
        told = preview(
            system, table("单位|岗位|姓名|电话", f"{unit}|窗口岗|程某|13800138000", by=by)
        )
        assert told["faults"] == []
        (line,) = told["lines"]
        assert (line["line"], line["unit"], line["post"], line["name"]) == (
            2,
            unit,
            "窗口岗",
            "程某",
        )
        assert (line["role"], line["kind_label"]) == ("department", "人社所")
        assert line["phone_mask"] == "138****8000"

    def test_without_headings_it_is_unit_post_person_phone(self, system):
        told = preview(system, f"{named('某镇卫生院')}，医政岗，程某，13800138000")
        assert told["faults"] == []
        assert told["lines"][0]["post"] == "医政岗"

    def test_merged_cells_headings_in_any_order_and_spaced_names(self, system):
        unit = named("某镇住建所")
        text = table(
            "序号|姓 名|联系电话|单位名称|职务",
            f"1|禤  某|138 0013 8001|{unit}|管理岗",
            "2|禤某某|13800138002||执法岗",
            "3|禤甲|13800138003|同上|值班岗",
            "|||| ",
        )
        told = preview(system, text)
        assert told["faults"] == []
        assert [line["unit"] for line in told["lines"]] == [unit] * 3
        assert [line["unit_is_new"] for line in told["lines"]] == [True, False, False]
        assert told["lines"][0]["name"] == "禤某"
        assert told["counts"] == {"units": 1, "posts": 3, "users": 3, "holders": 3}

    def test_a_lone_quotation_mark_swallows_no_line(self, system):
        unit = named("某镇信访办")
        text = table("单位|岗位|姓名", f'{unit}|"接访岗|程甲', f"{unit}|协调岗|程乙")
        assert len(preview(system, text)["lines"]) == 2

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("单位\t岗位\t民族\n派出所\t岗\t汉", (1, "", "column_unknown")),
            ("单位\t岗位\t职务\n派出所\t岗\t岗", (1, "岗位", "twice")),
            ("岗位\t姓名\n办案岗\t程某", (1, "单位", "column_missing")),
            ("单位\t岗位\n", (1, "", "empty")),
            ("\n\t,\n-", (3, "类别", "kind_missing")),
            ("单位\t岗位\n派出所\t办案岗\t多\t余", (2, "", "too_many_cells")),
            ("单位\t岗位\n众兴集法庭,法官岗", (2, "", "mixed_separators")),
        ],
    )
    def test_what_cannot_be_read_is_asked(self, system, text, fault):
        assert fault in faults(system, text)
        assert take(system, text).status_code == 422


class TestFaults:
    def test_all_at_once_by_line_and_column_and_nothing_is_done(self, system):
        good = named("某镇人社所")
        text = table(
            "单位|类别|岗位|职责|姓名|电话",
            f"{good}||窗口岗||程某|13800138004",
            f"{fresh('某某站')}||业务岗||程乙|",
            "派出所||办案二岗||程丙|1380013",
            "派出所||办案三岗|镇专项办|程丁|",
            "派出所|民政办|办案四岗||程戊|",
            "平安办||综合二岗||程己|",
            f"{fresh('某某')}村村民委员会||书记||程庚|",
            "派出所||办案五岗|||13800138009",
        )
        told = preview(system, text)["faults"]
        assert [(each["line"], each["label"], each["code"]) for each in told] == [
            (3, "类别", "kind_missing"),
            (4, "电话", "bad_phone"),
            (5, "职责", "role_not_of_unit"),
            (6, "类别", "kind_differs"),
            (7, "职责", "role_missing"),
            (8, "区划", "place_missing"),
            (9, "姓名", "name_missing"),
        ]
        refused = take(system, text)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
        said = refused.json()["errors"]
        assert len(said) == len(told)
        assert any(each["message"].startswith("第4行，电话：") for each in said)
        assert units_of(system, good) == []

    def test_a_post_that_is_held_and_roles_that_do_not_go_together(self, system):
        person = fresh("程")
        unit = named("某镇卫生院")
        first = table("单位|岗位|姓名|电话", f"{unit}|医政岗|{person}|13800138005")
        assert take(system, first).status_code == 201
        other = table("单位|岗位|姓名", f"{unit}|医政岗|{fresh('别人')}")
        assert faults(system, other) == [(2, "岗位", "post_held")]
        twice = table("单位|岗位|姓名", f"{unit}|新岗|程甲{person}", f"{unit}|新岗|程乙{person}")
        assert faults(system, twice) == [(3, "岗位", "post_held")]
        apart = table(
            "单位|岗位|职责|姓名|电话",
            f"系统运维室|审计二岗|审计管理员|{person}|13800138005",
        )
        assert faults(system, apart) == [(2, "姓名", "posts_incompatible")]

    def test_one_name_may_be_two_people(self, system):
        person, unit = fresh("程"), named("某镇信访办")
        text = table("单位|岗位|姓名|电话", f"{unit}|接访岗|{person}|13800138006")
        assert take(system, text).status_code == 201
        again = table("单位|岗位|姓名", f"{unit}|协调岗|{person}")
        assert faults(system, again) == [(2, "登录名", "same_name")]
        same = table("单位|岗位|姓名|电话", f"{unit}|协调岗|{person}|13800138006")
        assert preview(system, same)["counts"]["users"] == 0
        another = table("单位|岗位|姓名|电话", f"{unit}|协调岗|{person}|13800138007")
        assert preview(system, another)["counts"]["users"] == 1

    def test_one_place_has_one_village_committee_and_one_office(self, system):
        text = table(
            "单位|类别|区划",
            f"{fresh('新桥')}村委会|村（社区）|新桥村",
            f"{fresh('综治办')}|镇专项办（平安办）|众兴集镇",
        )
        assert [each[2] for each in faults(system, text)] == ["unit_exists", "unit_exists"]

    def test_a_hundred_lines_at_most(self, system):
        unit = named("某镇人社所")
        rows = [f"{unit}|第{n}岗" for n in range(101)]
        assert (102, "", "too_many_lines") in faults(system, table("单位|岗位", *rows))

    @pytest.mark.parametrize("who", ["police", "leader", "village01", "county", "security_admin"])
    def test_is_not_everybodys(self, client, who):
        for path in ("/units/rosters/previews", "/units/rosters"):
            assert client(who).post(path, json={"text": "单位"}).status_code == 403


class TestTakingOver:
    def test_a_department_with_its_people(self, running, system):
        unit, one, two = named("某镇自然资源所"), fresh("程"), fresh("吴")
        text = table(
            "单位|岗位|姓名|电话|登录名",
            f"{unit}|执法岗|{one}|13800138010|",
            f"|登记岗|{two}|13800138011|{fresh('wu')}",
            f"|档案岗|{two}|13800138011|",
        )
        answer = take(system, text)
        assert answer.status_code == 201, answer.text
        done = answer.json()
        assert done["counts"] == {"units": 1, "posts": 3, "users": 2, "holders": 3}
        made = system.get(f"/units/{units_of(system, unit)[0]['id']}").json()
        assert made["kind"] == "natural_resources"
        assert {post["name"]: post["holder"]["name"] for post in made["posts"]} == {
            "执法岗": one, "登记岗": two, "档案岗": two,
        }  # fmt: skip
        assert {post["role"] for post in made["posts"]} == {"department"}
        first, second = done["passwords"]
        assert first["username"].startswith("department")
        assert second["username"].startswith("wu")
        login = httpx.post(
            f"{running.api}/auth/token",
            data={
                "grant_type": "password", "username": first["username"],
                "password": first["temporary_password"],
            },
        )  # fmt: skip
        assert login.status_code == 200, login.text
        # again, nothing is new
        again = take(system, text)
        assert again.status_code == 201, again.text
        assert again.json() == {
            "counts": {"units": 0, "posts": 0, "users": 0, "holders": 0}, "passwords": [],
        }  # fmt: skip

    def test_passwords_are_shown_once(self, system):
        key = {"Idempotency-Key": uuid4().hex}
        body = {"text": table("单位|岗位|姓名", f"{named('某镇人社所')}|窗口岗|{fresh('程')}")}
        first = system.post("/units/rosters", json=body, headers=key).json()
        again = system.post("/units/rosters", json=body, headers=key).json()
        assert len(first["passwords"]) == 1
        assert again == first | {"passwords": None}

    def test_villages_and_their_grid_workers(self, system):
        worker = fresh("程")
        text = table(
            "单位|区划|岗位|姓名",
            f"新桥村村民委员会||文书|{fresh('王')}",
            f"新桥村村民委员会|新桥村第一网格|第二网格员|{worker}",
        )
        told = preview(system, text)
        assert told["faults"] == []
        assert [line["role"] for line in told["lines"]] == ["village", "grid"]
        assert take(system, text).status_code == 201
        missing = table("单位|岗位|姓名", f"新桥村村民委员会|第三网格员|{fresh('程')}")
        assert faults(system, missing) == [(2, "区划", "grid_required")]

    def test_the_office_pastes_units_and_leaves_people_to_the_administrator(self, office):
        name = named("某镇农业农村办")
        assert take(office, table("单位|类别", f"{name}|农业农村办")).status_code == 201
        assert units_of(office, name)[0]["division_code"] == "341522118"
        people = table("单位|岗位|姓名", f"{name}|业务岗|程某")
        assert faults(office, people) == [(2, "岗位", "not_yours")]
        county = table("单位|类别|区划", f"{fresh('县局')}|县级主管部门|341522")
        assert [each[2] for each in faults(office, county)] == ["division_unknown"]

    def test_a_kind_that_the_town_added(self, office, system):
        label = fresh("退役站")
        body = {"label": label, "behaviour": "other", "posts": [{"name": "服务岗"}]}
        assert office.post("/units/kinds", json=body).status_code == 201
        text = table("单位|姓名", f"众兴集镇{label}|{fresh('程')}")
        told = preview(system, text)
        assert told["faults"] == []
        assert (told["lines"][0]["kind_label"], told["lines"][0]["post"]) == (label, "服务岗")
