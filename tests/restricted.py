"""Hints for the restricted files."""

import httpx

TEXT = "村里有人说派出所有人给他通风报信，金丝雀专档正文。"


def hint(who, lead: dict, **over) -> httpx.Response:
    body = {"lead_id": lead["id"], "kind": "umbrella", "text": TEXT} | over
    return who.post("/restricted-files/hints", json=body)


def file_of(who, lead: dict) -> dict:
    """The one file of this lead that somebody knows of, read."""
    listed = who.get("/restricted-files", params={"limit": 200}).json()["items"]
    (found,) = [each for each in listed if each["lead_number"] == lead["number"]]
    answer = who.get(f"/restricted-files/{found['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()
