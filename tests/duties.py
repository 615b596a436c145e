"""What waits for whom."""

from tests.money import done


def duties(who, subject_id: str, kind: str | None = None) -> list[dict]:
    """What waits of one record; of one kind, where a busy unit has more than a page holds."""
    asked = {"limit": 200} | ({"kind": kind} if kind else {})
    answer = done(who.get("/me/duties", params=asked))
    return [duty for duty in answer["items"] if duty["subject_id"] == subject_id]


def count(who, kind: str) -> int:
    counts = done(who.get("/me/duties"))["counts"]
    return next((c["count"] for c in counts if c["kind"] == kind), 0)
