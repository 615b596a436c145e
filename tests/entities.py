"""Risk entities and what is done about them."""

from uuid import uuid4

from api.schemas.inspections import InspectionRead
from api.schemas.rectifications import RectificationRead
from api.schemas.risk_entities import RiskEntityRead

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
READS = {
    "risk-entities": RiskEntityRead,
    "inspections": InspectionRead,
    "rectifications": RectificationRead,
}


def credit_code(holds: str = "") -> str:
    """A made-up credit code that nobody else in this run has; `holds` stands in its second half."""
    number = uuid4().int
    made = "".join(ALPHABET[number // 31**i % 31] for i in range(9 - len(holds)))
    at = number % (len(made) + 1)
    body = "91341522" + made[:at] + holds + made[at:]
    total = sum(ALPHABET.index(c) * w for c, w in zip(body, WEIGHTS, strict=True))
    return body + ALPHABET[-total % 31]


def entity(**given) -> dict:
    return {
        "name": f"众兴集镇康乐保健品经营部{uuid4().hex[:6]}",
        "industry": "food_health_products",
        "registration": "registered",
        "address": "众兴集镇新桥村41号",
        "division_code": "341522118201",
        "responsible_person": "罗凤玉",
        "responsible_phone": "13539721038",
        "elders_served": 72,
        "prepaid_amount": "188000.00",
        "problems": "以健康讲座名义推销保健品",
    } | given


def shown(noun: str, answer, status: int = 200) -> dict:
    """The record of an answer, which holds just what the document says."""
    assert answer.status_code == status, answer.text
    record = answer.json()
    READS[noun].model_validate(record)
    assert set(record) == set(READS[noun].model_fields)
    return record


def register(client, **given) -> dict:
    return shown("risk-entities", client.post("/risk-entities", json=entity(**given)), 201)


def act(client, noun: str, record: dict, action: str, **fields) -> dict:
    url = f"/{noun}/{record['id']}"
    version = client.get(url).json()["version"]
    return shown(noun, client.act(url, action, version, **fields))


def assess(client, record: dict, tier: str, **given) -> dict:
    return act(client, "risk-entities", record, "assess", tier=tier, factors="预收费大", **given)


def visit(client, **given) -> dict:
    body = {"inspectors": "钱立新"} | given
    return shown("inspections", client.post("/inspections", json=body), 201)
