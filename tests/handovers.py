"""Leads that are handed over, and what their receivers record."""

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done
from tests.database import run_sql
from tests.factories import unit_of
from tests.leads import act

RECEIPT = {"receipt_no": "接〔2026〕7号", "received_by": "孙警官"}
PAPERS = {"materials": "线索材料", "reason": "属其职责"}


def body_for(police, **over) -> dict:
    given = {name: text for name, text in factories.TO_POLICE.items() if name != "department"}
    return given | {"receiver_unit_id": unit_of(police)} | over


def sent(client, **over) -> dict:
    made = factories.conclude(client("office"), client("market"), **over)
    return act(client("market"), made, "transfer_police", **body_for(client("police")))


def fresh(who, made: dict) -> dict:
    return done(who.get(f"/leads/{made['id']}"))


def receive(police, made: dict, **over) -> dict:
    given = RECEIPT | {"received_at": now().isoformat()} | over
    return act(police, fresh(police, made), "record_receipt", **given)


def decide(police, made: dict, result: str = "filed", **over) -> dict:
    said = {"result": result, "result_on": today().isoformat(), "result_note": "经县局审查。"}
    return act(police, made, "record_result", **said | factories.DECIDED | over)


def offered(shown: dict) -> dict[str, dict]:
    return {each["action"]: each for each in shown["available_actions"]}


def turns_of(shown: dict) -> list[tuple[str, str, bool]]:
    """What a record waits for, for whom, and whether that is the reader."""
    return [(each["what"], each["whom"], each["is_mine"]) for each in shown["standing"]["now"]]


def late(running, record_id: str, days: int = 60) -> None:
    """The running term of a lead's hand-over, or of a hand-over of its own, ended long ago."""
    run_sql(
        running,
        "UPDATE lead_transfer_clocks SET due_on = due_on - $2::int,"
        " due_at = due_at - make_interval(days => $2)"
        " WHERE $1 IN (lead_id, transfer_id) AND ended_on IS NULL",
        record_id,
        days,
    )
    run_sql(
        running,
        "UPDATE leads SET handover_due_on = handover_due_on - $2::int WHERE id = $1",
        record_id,
        days,
    )
