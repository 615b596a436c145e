"""What is sent to cost us work or to be understood in two ways: refused in a few words."""

import json

import pytest

from tests.answers import problem
from tests.factories import lead

JSON = {"Content-Type": "application/json"}
#: No refusal is longer than this, whatever was sent.
SHORT = 20_000
PAIRS = [f'"x{n}": {n}' for n in range(60_000)]
NESTED = b'{"narrative": ' * 60 + b"1" + b"}" * 60

BODIES = {
    "sixty thousand fields": (("{" + ",".join(PAIRS) + "}").encode(), "too_many_fields"),
    "as many in one of them": (
        ('{"reporter": {' + ",".join(PAIRS) + "}}").encode(),
        "too_many_fields",
    ),
    "a hundred thousand items": (b'{"categories": [' + b"1," * 100_000 + b"1]}", "too_many_items"),
    "too deep": (NESTED, "json_invalid"),
    "far too deep": (b'{"a":' * 20_000, "json_invalid"),
    "an endless name": (b'{"' + b"x" * 500_000 + b'": 1}', "field_name_too_long"),
    "a number of ten thousand digits": (
        b'{"amount_involved": ' + b"9" * 10_000 + b"}",
        "json_invalid",
    ),
    "a fraction of ten thousand": (
        b'{"amount_involved": 0.' + b"1" * 10_000 + b"}",
        "json_invalid",
    ),
    "more than there is": (b'{"amount_involved": 1e999}', "json_invalid"),
    "not a number": (b'{"amount_involved": NaN}', "json_invalid"),
    "no end of it": (b'{"amount_involved": -Infinity}', "json_invalid"),
    "a name twice": (b'{"channel": "visit", "channel": "letter"}', "field_repeated"),
    "twice further in": (b'{"reporter": {"kind": "x", "kind": "y"}}', "field_repeated"),
    "twice, once escaped": (b'{"version": 1, "v\\u0065rsion": 2}', "field_repeated"),
    "UTF-16": ('{"channel": "visit"}'.encode("utf-16"), "encoding_invalid"),
    "UTF-16 without a mark": ('{"channel": "visit"}'.encode("utf-16-le"), "encoding_invalid"),
    "the other UTF-16": ('{"channel": "visit"}'.encode("utf-16-be"), "encoding_invalid"),
    "UTF-32": ('{"channel": "visit"}'.encode("utf-32"), "encoding_invalid"),
    "GBK": ('{"subject_name": "某公司"}'.encode("gbk"), "encoding_invalid"),
}


class TestJson:
    @pytest.mark.parametrize("what", BODIES)
    @pytest.mark.parametrize("where", ["/leads", "/public/leads", "/leads/similar"])
    def test_is_refused_in_a_few_words(self, client, where, what):
        content, code = BODIES[what]
        answer = client("office").post(where, content=content, headers=JSON)
        problem(answer, 422, code)
        assert len(answer.content) < SHORT

    def test_twenty_faults_are_named_and_the_rest_counted(self, client):
        body = lead() | {f"unknown{n}": n for n in range(300)}
        told = problem(client("office").post("/leads", json=body), 422, "validation_failed")
        assert len(told["errors"]) == 20
        assert told["errors_total"] == 300

    def test_of_few_faults_all_are_named(self, client):
        body = lead() | {f"unknown{n}": n for n in range(20)}
        told = problem(client("office").post("/leads", json=body), 422, "validation_failed")
        assert len(told["errors"]) == 20
        assert "errors_total" not in told

    def test_a_list_of_nonsense(self, client):
        answer = client("office").post("/leads/assignments", json={"items": ["x"] * 19_000})
        told = problem(answer, 422, "validation_failed")
        assert len(told["errors"]) <= 20
        assert len(answer.content) < SHORT

    def test_a_mark_at_the_beginning_is_no_part_of_it(self, client):
        content = b"\xef\xbb\xbf" + json.dumps(lead()).encode()
        answer = client("office").post("/leads", content=content, headers=JSON)
        assert answer.status_code == 201, answer.text


class TestForms:
    def test_many_fields(self, anonymous):
        content = b"&".join(b"f%d=%d" % (n, n) for n in range(5_000))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = anonymous.post("/auth/token", content=content, headers=kind)
        problem(answer, 400)
        assert len(answer.content) < SHORT

    def test_a_large_one(self, anonymous):
        answer = anonymous.post("/auth/token", data={"username": "x" * 500_000})
        problem(answer, 413, "payload_too_large")

    def test_one_in_parts_where_no_file_belongs(self, anonymous):
        answer = anonymous.post(
            "/auth/token", data={"grant_type": "password"}, files={"f": b"x" * 3_000_000}
        )
        problem(answer, 413, "payload_too_large")

    @pytest.mark.parametrize("count", [40, 5_000])
    def test_many_parts(self, client, count):
        parts = [("note", (None, f"{n}")) for n in range(count)]
        problem(client("office").post("/imports", files=parts), 400)

    def test_many_files(self, client):
        parts = [("file", (f"{n}.csv", b"a,b")) for n in range(50)]
        problem(client("office").post("/imports", files=parts), 400)

    def test_a_body_where_none_belongs(self, client):
        url = "/leads/00000000-0000-7000-8000-000000000000/receipts"
        problem(client("office").post(url, content=b"x" * 200_000), 413, "payload_too_large")


class TestHeaders:
    def test_many_of_them(self, anonymous):
        headers = {f"X-{n}": "1" for n in range(500)}
        problem(anonymous.get("/leads", headers=headers), 422, "too_many_headers")

    def test_many_conditions(self, client):
        answer = client("office").get("/leads?" + "&".join(f"q={n}" for n in range(1_000)))
        assert answer.status_code in {200, 422}
        assert len(client("office").get("/leads?" + "z=1&" * 3_000).content) < SHORT

    def test_a_long_query_anywhere(self, client):
        for path in ("/me", "/me/duties", "/statistics/overview", "/events"):
            answer = client("office").get(f"{path}?q={'a' * 9_000}")
            problem(answer, 422, "query_too_long")
