"""What waits for whom."""

from tests.money import done

#: As many as one answer holds.
MOST = 200


def duties(who, subject_id: str, kind: str | None = None) -> list[dict]:
    """What waits of one record, the most urgent first; of one kind or of all. Each kind is asked
    for by itself: of everything together a busy unit has more than one answer holds."""
    counts = done(who.get("/me/duties"))["counts"]
    found: list[dict] = []
    for each in counts:
        if kind in {None, each["kind"]}:
            answer = done(who.get("/me/duties", params={"limit": MOST, "kind": each["kind"]}))
            here = [duty for duty in answer["items"] if duty["subject_id"] == subject_id]
            assert here or each["count"] <= MOST, f"{each['kind']}：多于一页，看不出有没有"
            found += here
    return sorted(found, key=lambda duty: duty["due_on"] or "9999")


def count(who, kind: str) -> int:
    counts = done(who.get("/me/duties"))["counts"]
    return next((c["count"] for c in counts if c["kind"] == kind), 0)
