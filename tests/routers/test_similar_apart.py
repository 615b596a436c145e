"""Similar leads through the real endpoint, on pairs kept apart from the scorer."""

from collections import Counter

import pytest

from tests.domain.lead_pairs_apart import Lead, Pair, pairs
from tests.money import done

SEED = 20261129


def entered(lead: Lead) -> dict:
    return {"subject_name": lead.subject, "narrative": lead.narrative} | (
        {"amount_involved": lead.amount} if lead.amount else {}
    )


@pytest.mark.slow
def test_recall_and_precision_of_what_people_are_shown(client):
    office = client("office")
    found: list[tuple[Pair, bool, list]] = []
    for pair in pairs(SEED):
        body = entered(pair.left) | {"channel": "report_phone", "primary_category": "C1"}
        made = office.post("/leads", json=body)
        assert made.status_code == 201, made.text
        near = done(office.post("/leads/similar", json=entered(pair.right)))["items"]
        hit = next((each for each in near if each["id"] == made.json()["id"]), None)
        found.append((pair, hit is not None, hit["reasons"] if hit else []))
    hits = sum(pair.same and yes for pair, yes, _ in found)
    recall = hits / sum(pair.same for pair, _, _ in found)
    precision = hits / max(1, sum(yes for _, yes, _ in found))
    missed = Counter(pair.rule for pair, yes, _ in found if pair.same and not yes)
    wrong = Counter((pair.rule, *why) for pair, yes, why in found if yes and not pair.same)
    examples = [(p.left.subject, p.left.narrative, p.right.subject, p.right.narrative, why)
                for p, yes, why in found if yes != p.same][:12]  # fmt: skip
    told = (
        f"recall {recall:.3f}, precision {precision:.3f}\nmissed {missed}\nwrong {wrong}\n"
        + "\n".join(map(str, examples))
    )
    assert recall >= 0.95, told
    assert precision >= 0.9, told
