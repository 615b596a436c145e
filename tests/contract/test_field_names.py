"""What people are told of a faulty field: its label, wherever it stands, and never a program's name."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from uuid import uuid4

import pytest
from pydantic import BaseModel

from api.core.web import bodies, faults
from api.core.web.request_names import RequestNames, label_of, models
from api.domain.across.field_labels import PATH_LABELS, field_label, labels_said, short_label
from api.domain.kit.errors import FieldError, Invalid
from tests import factories
from tests.forms import ROUTES, request_fields

SCHEMAS = Path(__file__).parents[2] / "api" / "schemas"
_NAME = re.compile(r"[a-z]+_[a-z_]+|\b[a-z]{4,}\b")
_CHINESE = re.compile(r"^[\u4e00-\u9fff]")


FIELDS = [
    pytest.param(model, name, id=f"{model.__name__}.{name}") for model, name in request_fields()
]


def test_the_walk_is_a_walk():
    assert len(FIELDS) > 800


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_every_field_that_is_asked_for_has_a_name_for_people(model, name):
    label = label_of(model, name)
    assert _CHINESE.match(label), label
    assert len(label) <= 24, label
    assert not _NAME.search(label), label


def test_every_parameter_has_a_name_for_people():
    for route in ROUTES:
        tag = str(route.tags[0])
        for each in route.dependant.path_params:
            named = PATH_LABELS.get(each.name) or field_label(each.name, of=tag) or ""
            assert _CHINESE.match(short_label(named)), (route.path, each.name)


def test_an_unknown_name_is_not_repeated():
    assert labels_said(["phone", "hacked_by_me"], of="victim") == "联系电话、该栏目"


#: Nothing that any field takes.
_WRONG = [[]]
#: Between them they may do everything.
_WHO = (
    "office", "system_admin", "security_admin", "county", "police", "village01", "leader",
    "market", "civil", "supervisor", "audit_admin", "finance",
)  # fmt: skip


def _called(model: type[BaseModel]) -> dict:
    """What any body of this model has to say beside its faulty field."""
    fields = model.model_fields
    said: dict = {"version": 1} if "version" in fields else {}
    if "action" in fields:
        said["action"] = get_args(fields["action"].annotation)[0]
    return said


BODIES = [
    pytest.param(route, method, model, name, id=f"{method} {route.path} {model.__name__}.{name}")
    for route in ROUTES
    for method in sorted(route.methods - {"GET", "HEAD"})
    if bodies.kinds(route) == bodies.JSON_ONLY
    for model in models(RequestNames(route)._body)
    for name in model.model_fields
    if name not in {"action", "version"}
]
NOBODY = "00000000-0000-7000-8000-000000000000"
_may: dict[tuple[str, str], str] = {}


def _allowed(client, method: str, path: str, body: dict):
    """The answer to whoever may do it at all."""
    known = _may.get((method, path))
    for who in [known] if known else _WHO:
        answer = client(who).request(
            method, path, json=body, headers={"Idempotency-Key": uuid4().hex}
        )
        if answer.status_code != 403:
            _may[method, path] = who
            return answer
    return answer


@pytest.mark.parametrize(("route", "method", "model", "name"), BODIES)
def test_a_wrong_value_is_told_by_the_label_and_the_pointer(client, route, method, model, name):
    path = re.sub(r"\{[a-z_]+\}", NOBODY, route.path.removeprefix("/api/v1"))
    path = path.replace(f"/holiday-years/{NOBODY}", "/holiday-years/2022")
    answer = _allowed(client, method, path, _called(model) | {name: _WRONG})
    assert answer.status_code == 422, answer.text
    told = answer.json()
    fault = next(e for e in told["errors"] if f"{e['pointer']}/".startswith(f"/{name}/"))
    assert fault["label"].startswith(label_of(model, name)) or fault["label"].startswith("第"), told
    assert _CHINESE.match(fault["label"]), told
    assert not _NAME.search(told["detail"]), told
    first = told["errors"][0]
    assert first["label"] in told["detail"] or first["message"] in told["detail"]


QUERIES = [
    pytest.param(route, name, id=f"{route.path}?{name}")
    for route in ROUTES
    if "GET" in route.methods
    for model in RequestNames(route)._queries
    for name in model.model_fields
]
#: Any text may be looked for.
_ANY_TEXT = frozenset({"actor_name", "address", "request_id", "responsible_person"})


@pytest.mark.parametrize(("route", "name"), QUERIES)
def test_a_wrong_condition_is_told_by_its_label(client, route, name):
    path = re.sub(r"\{[a-z_]+\}", NOBODY, route.path.removeprefix("/api/v1"))
    for who in _WHO:
        answer = client(who).get(path, params={name: "\u0007？"})
        if answer.status_code != 403:
            break
    if answer.status_code in {200, 404}:
        assert name in _ANY_TEXT | {"cursor"}, "cursors are read beside their rows"
        return
    assert answer.status_code == 422, answer.text[:500]
    told = answer.json()
    [fault] = [e for e in told["errors"] if f"{e['pointer']}/".startswith(f"#query/{name}/")]
    assert _CHINESE.match(fault["label"]), told
    assert told["errors"][0]["label"] in told["detail"]


class TestAnswers:
    """What the running server says."""

    def problem(self, answer) -> dict:
        assert answer.status_code == 422, answer.text
        said = answer.json()
        for text in (said["detail"], *(e["message"] for e in said["errors"])):
            assert not _NAME.search(text), text
            assert _CHINESE.match(text), text
        return said

    def test_a_number_that_is_none(self, client):
        entity = {"name": "某养老服务中心", "elders_served": "许多"}
        said = self.problem(client("office").post("/risk-entities", json=entity))
        assert said["detail"] == "服务老人数：请填写整数"
        [error] = said["errors"]
        assert (error["pointer"], error["label"]) == ("/elders_served", "服务老人数")

    def test_all_faults_at_once(self, client):
        faulty = factories.lead(
            narrative="", people_involved="三人", primary_category="C9", occurred_on="昨天"
        )
        said = self.problem(client("office").post("/leads", json=faulty))
        labels = {error["label"] for error in said["errors"]}
        assert labels == {"反映内容", "涉及人数", "主要类别", "发生日期"}
        assert said["detail"].endswith("共 4 处需要修改")

    def test_a_line_of_a_list(self, client):
        rows = [
            {"code": "341522118", "name": "某镇", "level": "town"},
            {"code": "34", "name": "某村", "level": "village"},
        ]
        said = self.problem(client("system_admin").post("/divisions/imports", json={"rows": rows}))
        [error] = [e for e in said["errors"] if e["pointer"] == "/rows/1/code"]
        assert error["label"] == "第2行，代码"
        assert said["detail"].startswith("第")

    def test_an_item_of_a_plain_list(self, client):
        said = self.problem(
            client("office").post("/leads", json=factories.lead(categories=["C1", "C9"]))
        )
        assert said["errors"][0]["label"] == "同时涉及的类别第2项"
        assert said["detail"].startswith("同时涉及的类别第2项：请选择：")

    def test_a_field_within_a_field(self, client):
        body = factories.lead(reporter={"kind": "real_name", "name": "某" * 300, "phone": ""})
        said = self.problem(client("office").post("/leads", json=body))
        assert said["errors"][0]["label"] == "举报人，举报人姓名"

    def test_what_a_service_refuses_is_named_too(self, client):
        body = factories.lead(identifiers=[{"kind": "phone", "value": "没有"}])
        [error] = self.problem(client("office").post("/leads", json=body))["errors"]
        assert error["label"].endswith("第1行，内容")

    def test_what_a_rule_refuses_is_told_like_what_cannot_be_read(self, client):
        body = factories.lead(identifiers=[{"kind": "phone", "value": "没有"}])
        said = self.problem(client("office").post("/leads", json=body))
        [error] = said["errors"]
        assert said["detail"] == f"{error['label']}：{error['message']}"

    def test_what_names_its_field_already_is_not_told_twice(self):
        route = next(r for r in ROUTES if r.path == "/api/v1/leads/{lead_id}/transitions")
        said = "承办单位不能是本单位"
        refused = Invalid(said, errors=[FieldError("/unit_id", "same_unit", said)])
        faults.name_fields(refused, RequestNames(route).called({"action": "assign"}))
        assert (refused.detail, refused.errors[0].label) == (said, "承办单位")
        other = Invalid("不能办理", errors=[FieldError("/unit_id", "same_unit", said)])
        faults.name_fields(other, RequestNames(route))
        assert other.detail == "不能办理", "what the rule says itself stays"

    @pytest.mark.parametrize(
        ("body", "pointer", "label"),
        [
            ('{"channel": "visit", "channel": "letter"}', "/channel", "来源"),
            ('{"reporter": {"phone": "1", "phone": "2"}}', "/reporter/phone", "举报人，举报人电话"),
            (
                '{"identifiers": [{}, {"kind": "phone", "kind": "url"}]}',
                "/identifiers/1/kind", "电话、账号、证件号等标识第2行，种类",
            ),
            (json.dumps({"reporter": {f"f{n}": 1 for n in range(600)}}), "/reporter", "举报人"),
            (json.dumps({"reporter": {"x" * 300: 1}}), "/reporter", "举报人"),
            (json.dumps({"categories": ["C1"] * 20_001}), "/categories", "同时涉及的类别"),
        ],
    )  # fmt: skip
    def test_what_readers_understand_differently_is_pointed_at(self, client, body, pointer, label):
        kind = {"Content-Type": "application/json"}
        answer = client("office").post("/leads", content=body, headers=kind)
        said = self.problem(answer)
        [error] = said["errors"]
        assert (error["pointer"], error["label"]) == (pointer, label)
        assert said["detail"] == f"{label}：{error['message']}"

    def test_a_field_that_two_actions_call_differently(self, client):
        """The label is that of the action that was called."""
        for route in ROUTES:
            names = RequestNames(route)
            for model in models(names._body):
                if "action" not in model.model_fields:
                    continue
                called = names.called(_called(model))
                for name in model.model_fields:
                    assert called.label(f"/{name}") == label_of(model, name)

    def test_a_condition_that_there_is_not_is_named(self, client):
        answer = client("office").get("/leads", params={"statuss": "closed", "<b>": "1"})
        assert answer.json()["detail"] == "没有这个查询参数：statuss；没有这个查询参数"

    def test_a_condition_of_a_list(self, client):
        answer = client("office").get("/leads", params={"received_from": "去年", "status": "open"})
        said = self.problem(answer)
        assert {e["label"] for e in said["errors"]} == {"接收日期起", "状态第1项"}
        assert "已交办" in said["detail"], "the values by their labels"

    def test_a_record_of_an_address(self, client):
        for url in ("/leads/not-an-id", "/cases/1/timeline", "/units/x"):
            answer = client("office").get(url)
            if answer.status_code == 422:
                said = self.problem(answer)
                assert said["errors"][0]["label"] in {"线索", "案件", "单位", "记录"}

    def test_an_action_that_there_is_not(self, client):
        office = client("office")
        made = factories.make_lead(office)
        said = self.problem(office.act(f"/leads/{made['id']}", "nope", made["version"]))
        assert said["detail"].startswith("操作：请选择：登记")

    def test_a_field_of_an_action(self, client):
        office = client("office")
        made = factories.make_lead(office)
        answer = office.act(f"/leads/{made['id']}", "assign", made["version"], due_on="周五")
        labels = [e["label"] for e in self.problem(answer)["errors"]]
        assert labels == ["承办单位", "办理期限"]

    def test_a_thousand_faults_are_counted_not_told(self, client):
        rows = [{"code": "x", "name": "", "level": "none"} for _ in range(100)]
        answer = client("system_admin").post("/divisions/imports", json={"rows": rows})
        said = self.problem(answer)
        assert (len(said["errors"]), said["errors_total"]) == (20, 300)
        assert "共 300 处" in said["detail"]

    def test_sixty_thousand_unknown_fields_are_one_fault(self, client):
        body = factories.lead() | {f"f{n}": n for n in range(60_000)}
        answer = client("office").post("/leads", json=body)
        assert answer.json()["code"] == "too_many_fields"
        assert len(answer.content) < 1000
        deep = factories.lead(reporter={f"f{n}": n for n in range(60_000)})
        assert client("office").post("/leads", json=deep).json()["code"] == "too_many_fields"

    def test_an_unknown_field_is_pointed_at_and_not_repeated(self, client):
        answer = client("office").post("/leads", json=factories.lead(subject_nmae="某某"))
        said = self.problem(answer)
        assert said["errors"][0]["pointer"] == "/subject_nmae"

    def test_what_may_not_be_revealed(self, client):
        office = client("office")
        made = factories.make_lead(office)
        asked = {"fields": ["subject_uscc", "nobody_knows"], "reason": "核对情况"}
        answer = office.post(f"/leads/{made['id']}/reveals", json=asked)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "无权查看：统一社会信用代码、该栏目"


def test_no_schema_says_again_what_the_table_of_labels_says():
    """A schema's own description is for what the label does not say; the label stands once."""
    again = [
        f"{source.name}: {owner.name}.{line.target.id}"
        for source in sorted(SCHEMAS.rglob("*.py"))
        for owner in ast.walk(ast.parse(source.read_text()))
        if isinstance(owner, ast.ClassDef)
        for line in owner.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        if field_label(line.target.id, of=owner.name) in set(_described(line))
    ]
    assert again == []


def _described(line: ast.AnnAssign) -> Iterator[str]:
    for call in ast.walk(line):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Field":
            for each in call.keywords:
                if each.arg == "description" and isinstance(each.value, ast.Constant):
                    yield each.value.value
