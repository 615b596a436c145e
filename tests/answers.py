"""Answers, and what a test says of them."""

import re

import httpx


def problem(answer: httpx.Response, status: int, code: str | None = None) -> dict:
    """The problem document of a refusal, looked at from all sides."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert re.search(r"[\u4e00-\u9fff]", body["detail"])
    assert re.search(r"[\u4e00-\u9fff]", body["title"])
    assert body["type"] == f"urn:yinling:problem:{body['code']}"
    assert body["request_id"] == answer.headers["x-request-id"]
    if code:
        assert body["code"] == code
    return body


def done(answer) -> dict:
    """The body of what was taken, old or new."""
    assert answer.status_code < 300, answer.text
    return answer.json()


def refused(answer, status: int) -> dict:
    """The body of a refusal of this status."""
    assert answer.status_code == status, answer.text
    return answer.json()
