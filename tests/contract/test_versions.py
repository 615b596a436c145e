"""`ETag` and `If-Match` say in headers what `version` says in bodies."""

from uuid import uuid4

import pytest

from tests.factories import assign, conclude, make_lead


def entity(office) -> dict:
    answer = office.post("/risk-entities", json={"name": f"某养老公寓{uuid4().hex[:6]}"})
    assert answer.status_code == 201, answer.text
    return answer.json()


NOUNS = [("leads", make_lead), ("risk-entities", entity)]


@pytest.mark.parametrize(("noun", "make"), NOUNS)
class TestTwoNouns:
    @pytest.fixture
    def made(self, office, make):
        return make(office)

    @pytest.fixture
    def url(self, noun, made):
        return f"/{noun}/{made['id']}"

    def test_a_record_is_read_with_its_tag(self, office, url, made):
        tag = office.get(url).headers["etag"]
        assert tag.startswith(f'"{made["version"]}.')
        assert office.head(url).headers["etag"] == tag

    @pytest.mark.parametrize("spell", ["{}", "W/{}", '"1", {}, W/"x"', "*"])
    def test_what_the_reader_has_is_not_sent_again(self, office, url, spell):
        tag = office.get(url).headers["etag"]
        answer = office.get(url, headers={"If-None-Match": spell.format(tag)})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag

    @pytest.mark.parametrize("tag", ['"{}"', '"{}.0000000000000000"', "{}", '""', "x"])
    def test_what_the_reader_has_not_is_sent(self, office, url, made, tag):
        answer = office.get(url, headers={"If-None-Match": tag.format(made["version"])})
        assert (answer.status_code, answer.json()["id"]) == (200, made["id"])

    def test_what_was_answered_to_a_change_need_not_be_read_again(self, office, url, made):
        body = {"version": made["version"], "note": "核对过"}
        changed = office.patch(url, json=body)
        again = office.get(url, headers={"If-None-Match": changed.headers["etag"]})
        assert again.status_code == 304 or again.content != changed.content

    def test_the_tag_stands_for_the_version(self, office, url):
        tag = office.get(url).headers["etag"]
        answer = office.patch(url, json={"note": "已核对"}, headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text
        assert answer.json()["note"] == "已核对"
        assert answer.headers["etag"] != tag
        again = office.patch(url, json={"note": "再改"}, headers={"If-Match": tag})
        assert (again.status_code, again.json()["code"]) == (409, "stale_version")

    def test_a_tag_that_a_proxy_made_weak_still_counts(self, office, url):
        weak = f"W/{office.get(url).headers['etag']}"
        answer = office.patch(url, json={"note": "经代理"}, headers={"If-Match": weak})
        assert answer.status_code == 200, answer.text

    def test_two_that_agree_are_taken_and_two_that_do_not_are_refused(self, office, url, made):
        both = {"version": made["version"], "note": "两处一致"}
        tag = {"If-Match": f'"{made["version"]}"'}
        assert office.patch(url, json=both, headers=tag).status_code == 200
        answer = office.patch(url, json=both, headers={"If-Match": '"99"'})
        assert (answer.status_code, answer.json()["code"]) == (422, "version_conflict")

    def test_none_is_asked_for(self, office, url):
        for headers in ({}, {"If-Match": "*"}, {"If-Match": ""}):
            answer = office.patch(url, json={"note": "无版本"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (428, "version_required")
            assert "If-Match" in answer.json()["detail"]

    @pytest.mark.parametrize("tag", ["3", '"abc"', '"1", "2"', '""', '"-1"'])
    def test_a_tag_that_is_not_ours_is_refused(self, office, url, tag):
        answer = office.patch(url, json={"note": "x"}, headers={"If-Match": tag})
        assert (answer.status_code, answer.json()["code"]) == (422, "if_match_invalid")


class TestTransitions:
    def test_an_action_takes_the_tag(self, office):
        made = make_lead(office)
        url = f"/leads/{made['id']}"
        body = {"action": "reject", "reason": "重复登记"}
        tag = {"If-Match": office.get(url).headers["etag"]}
        answer = office.post(f"{url}/transitions", json=body, headers=tag)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "rejected"
        assert answer.headers["etag"].startswith(f'"{answer.json()["version"]}.')


class TestOthers:
    """What is answered depends on more than the record."""

    def test_a_reader_who_may_do_more_is_answered_more(self, client, office):
        made = assign(office, make_lead(office), client("police"))
        url = f"/leads/{made['id']}"
        own = client("police").get(url)
        other = office.get(url, headers={"If-None-Match": own.headers["etag"]})
        assert (other.status_code, own.json()["version"]) == (200, made["version"])
        assert other.headers["etag"] != own.headers["etag"]

    def test_what_changes_beside_the_record_changes_the_answer(self, client, office):
        made = conclude(office, client("police"))
        url = f"/leads/{made['id']}"
        before = office.get(url)
        case = client("police").post("/cases", json={"source_lead_ids": [made["id"]]})
        assert case.status_code == 201, case.text
        after = office.get(url, headers={"If-None-Match": before.headers["etag"]})
        assert (after.status_code, len(after.json()["cases"])) == (200, 1)

    def test_whoever_may_not_see_it_is_not_told_that_it_is_unchanged(self, client, office):
        made = make_lead(office)
        tag = office.get(f"/leads/{made['id']}").headers["etag"]
        for who in ("grid01", "system_admin"):
            answer = client(who).get(f"/leads/{made['id']}", headers={"If-None-Match": tag})
            assert answer.status_code in {403, 404}

    def test_the_same_key_with_another_tag_is_another_request(self, office):
        made = make_lead(office)
        url = f"/leads/{made['id']}/transitions"
        body = {"action": "reject", "reason": "重复登记"}
        key = {"Idempotency-Key": uuid4().hex}
        first = office.post(url, json=body, headers=key | {"If-Match": f'"{made["version"]}"'})
        again = office.post(url, json=body, headers=key | {"If-Match": f'"{made["version"]}"'})
        other = office.post(url, json=body, headers=key | {"If-Match": '"77"'})
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.headers["etag"] == first.headers["etag"]
        assert other.json()["code"] == "idempotency_key_reused"

    def test_lists_have_no_tag(self, office):
        assert "etag" not in office.get("/leads").headers
