"""What waits for whom."""

from tests.money import done


def duties(who, subject_id: str, kind: str | None = None) -> list[dict]:
    """What waits of one record, the most urgent first; of one kind or of all."""
    asked = {"limit": 200, "subject_id": subject_id} | ({"kind": kind} if kind else {})
    items = done(who.get("/me/duties", params=asked))["items"]
    assert all(duty["subject_id"] == subject_id for duty in items)
    return items


def count(who, kind: str) -> int:
    counts = done(who.get("/me/duties"))["counts"]
    return next((c["count"] for c in counts if c["kind"] == kind), 0)
