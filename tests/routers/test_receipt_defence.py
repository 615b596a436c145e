"""Against guessing, flooding and curiosity: what an attacker, a thief and a clerk do not get."""

import secrets
import statistics
import time
from contextlib import ExitStack, nullcontext
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event, select
from structlog.contextvars import get_contextvars

from api.core.events.sources import ReceiptSource
from api.core.web.web import Surround
from api.domain.kit.errors import NotFound
from api.domain.reporters import receipts
from api.domain.reporters.receipts import ProofPurpose
from tests.database import dump, forms
from tests.public import finish, found, from_, hand_in, proof, report, show

#: Addresses of the loopback that no other test comes from; each is a source.
NETWORKS = (f"127.{high}.{low}.9" for high in range(100, 200) for low in range(250))


def unknown() -> str:
    """A receipt that could be one and is none."""
    return receipts.number(secrets.randbelow(receipts.SPACE))


async def counts(running) -> dict[str, int]:
    """What strangers could have left behind."""
    connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
    try:
        tables = (
            "leads", "lead_receipts", "informants", "lead_messages", "lead_ratings",
            "lead_identifiers", "spent_challenges", "attachments", "stored_files",
        )  # fmt: skip
        found = {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in tables}
        found["serials"] = await connection.fetchval("SELECT sum(last) FROM number_series")
        found["events"] = await connection.fetchval(
            "SELECT count(*) FROM events WHERE actor_kind NOT IN ('person', 'system')"
        )
        found["failures"] = await connection.fetchval("SELECT sum(failures) FROM receipt_failures")
        return found
    finally:
        await connection.close()


class TestGuessing:
    def test_one_source_is_slowed_after_three(self, running, anonymous):
        right = hand_in(anonymous)
        with from_(running, next(NETWORKS)) as guesser:
            answers = [show(guesser, unknown()) for _ in range(20)]
            codes = [each.json()["code"] for each in answers]
            assert codes == ["receipt_unknown"] * 3 + ["receipt_wait"] * 17
            assert all(int(each.headers["retry-after"]) <= 10 for each in answers[3:])
            # a right one is right: somebody else may sit behind the same address
            assert show(guesser, right).status_code == 200
            assert show(guesser, unknown()).json()["code"] == "receipt_wait"
        with from_(running, next(NETWORKS)) as another:
            assert show(another, right).status_code == 200

    def test_a_neighbour_of_the_same_network_does_not_wait(self, running):
        network = next(NETWORKS).rpartition(".")[0]
        with from_(running, f"{network}.1") as one, from_(running, f"{network}.2") as other:
            for _ in range(3):
                show(one, unknown())
            assert show(one, unknown()).status_code == 429
            assert show(other, unknown()).status_code == 404

    def test_whoever_claims_to_come_from_elsewhere_waits_all_the_same(self, running):
        with from_(running, next(NETWORKS)) as one:
            for _ in range(3):
                show(one, unknown())
            for claim in ("203.0.113.9", "127.0.0.1, 198.51.100.7"):
                one.headers["X-Forwarded-For"] = claim
                assert show(one, unknown()).status_code == 429

    async def test_the_counts_are_of_all_processes_and_name_no_address(self, running, session):
        where = next(NETWORKS)
        with from_(running, where) as one:
            show(one, unknown())
        rows = (await session.execute(select(ReceiptSource))).scalars().all()
        assert rows
        assert all(len(row.source) == 16 for row in rows)

    def test_a_slip_of_the_finger_is_no_guess(self, running, anonymous):
        right = hand_in(anonymous)
        slip = right[:-1] + str((int(right[-1]) + 1) % 10)
        with from_(running, next(NETWORKS)) as person:
            for _ in range(20):
                assert show(person, slip).json()["code"] == "receipt_mistyped"
            assert show(person, right).status_code == 200

    def test_a_proof_is_good_for_one_guess(self, running):
        with from_(running, next(NETWORKS)) as guesser:
            once = proof(guesser)
            assert show(guesser, unknown(), proof=once).status_code == 404
            again = show(guesser, unknown(), proof=once)
            assert (again.status_code, again.json()["code"]) == (409, "proof_used")

    async def test_many_sources_make_it_dearer_for_all_and_lock_nobody_out(
        self, running, anonymous
    ):
        right = hand_in(anonymous)
        cheap = proof(anonymous)
        asked = {"purpose": "receipt"}
        before = anonymous.post("/public/challenges", json=asked).json()["bits"]
        step = receipts.GLOBAL_STEPS[0]
        missing = step.failures - int((await counts(running))["failures"] or 0)
        while missing > 0:
            with from_(running, next(NETWORKS)) as guesser:
                for _ in range(min(3, missing)):
                    assert show(guesser, unknown()).status_code == 404
                    missing -= 1
        after = anonymous.post("/public/challenges", json=asked).json()["bits"]
        base = int(running.environment["YINLING_PUBLIC_PROOF_BITS"])
        failed = int((await counts(running))["failures"])
        assert after == receipts.bits_for(base, ProofPurpose.RECEIPT, failed)
        assert after >= max(before, base - 3 + step.bits)
        if before < after:
            stale = show(anonymous, right, proof=cheap)
            assert (stale.status_code, stale.json()["code"]) == (422, "proof_stale")
        assert show(anonymous, right).status_code == 200

    def test_the_tables_leave_a_guesser_no_hope(self):
        """Ten thousand networks, each guessing as fast as it is let for a year, against a hundred
        thousand receipts: less than one chance in a hundred that any of them is ever hit."""
        waited, tries = timedelta(), 0
        while waited <= timedelta(days=1):
            tries += 1
            waited += receipts.wait_after(tries)
        assert tries <= 25
        assert tries * 365 * 10_000 * 100_000 / receipts.SPACE < 0.01


def _quarters(sample: list[float]) -> list[float]:
    return statistics.quantiles(sample, n=4)


class TestTiming:
    @pytest.mark.slow
    def test_right_and_wrong_are_answered_in_the_same_time(self, running, anonymous):
        """Statistic: the difference of the two medians over 40 interleaved rounds, against the
        spread of the middle half within each kind (the smaller of the two; of both together it
        would grow with the very difference). Threshold: the spread itself. Two equal samples of 40
        differ by about a quarter of it; no absolute time enters."""
        right = hand_in(anonymous)
        show(anonymous, right, "/messages", text="我再说几句，" * 100)
        took: dict[str, list[float]] = {"right": [], "wrong": []}
        for number in range(40):
            with from_(running, next(NETWORKS)) as person:
                pair = [("right", right), ("wrong", unknown())]
                for kind, receipt in pair if number % 2 else reversed(pair):
                    body = {"receipt": receipt, "proof": proof(person)}
                    begun = time.perf_counter()
                    answer = person.post("/public/receipts", json=body)
                    took[kind].append(time.perf_counter() - begun)
                    assert answer.status_code == (200 if kind == "right" else 404)
        spread = min(upper - lower for lower, _, upper in map(_quarters, took.values()))
        apart = abs(statistics.median(took["right"]) - statistics.median(took["wrong"]))
        assert apart <= spread, (apart, spread)

    async def test_they_do_the_same_work(self, session, anonymous):
        """Not only as long: the database is asked the same."""
        from api.core.database import db
        from api.schemas.receipts import Proof
        from api.services.reporters import receipts as service

        right = hand_in(anonymous)
        said: list[str] = []

        def hear(_c, _cursor, statement, *_):
            said.append(statement)

        work = {}
        try:
            for engine in db.database().engines:
                event.listen(engine.sync_engine, "before_cursor_execute", hear)
            for kind, receipt in (("warm", right), ("right", right), ("wrong", unknown())):
                made, said[:] = Proof(**proof(anonymous)), []
                refused = pytest.raises(NotFound) if kind == "wrong" else nullcontext()
                with refused:
                    await service._bearer(receipt, made, kind.encode())
                work[kind] = list(said)
        finally:
            await db.dispose()
        assert len(work["right"]) >= 6
        assert work["right"] == work["wrong"]


class TestFlooding:
    async def test_without_a_solved_proof_nothing_is_stored(self, running, session):
        from api.core.web import proof_of_work

        before = await counts(running)
        with ExitStack() as stack:
            crowd = [stack.enter_context(from_(running, next(NETWORKS))) for _ in range(5)]
            one = crowd[0]
            for each in crowd:
                for _ in range(20):
                    assert each.post("/public/challenges", json={"purpose": "report"}).is_success
            good = proof(one, "report")
            hard = proof_of_work.challenge("report", 60, timedelta(minutes=5)).text
            late = proof_of_work.challenge("report", 1, timedelta(minutes=-5)).text
            faked = good["challenge"][:12] + "A" * 40
            bad = [
                *[{"challenge": hard, "answer": str(n)} for n in range(20)],
                *[{"challenge": faked, "answer": str(n)} for n in range(5)],
                *[{"challenge": late, "answer": str(n)} for n in range(5)],
                *[{"challenge": "", "answer": ""}, None, {}, "x", 7],
            ]
            for each, sent in zip(cycle(crowd), bad, strict=False):
                for path, body in (
                    ("leads", report()),
                    ("receipts", {"receipt": unknown()}),
                    ("receipts/messages", {"receipt": unknown(), "text": "x"}),
                    ("receipts/ratings", {"receipt": unknown(), "score": 1}),
                ):
                    answer = each.post(f"/public/{path}", json=body | {"proof": sent})
                    assert answer.status_code == 422, answer.text
            # the cheaper proof of a look-up does not buy a report
            for each in crowd:
                answer = each.post("/public/leads", json=report() | {"proof": proof(each)})
                assert answer.json()["code"] == "proof_invalid"
        assert await counts(running) == before

    def test_a_solved_one_is_taken_once(self, anonymous):
        sent = report() | {"proof": proof(anonymous, "report")}
        assert anonymous.post("/public/leads", json=sent).status_code == 201
        other = report() | {"proof": sent["proof"]}
        assert anonymous.post("/public/leads", json=other).status_code == 409

    def test_a_conversation_ends_before_it_is_a_flood(self, anonymous):
        receipt = hand_in(anonymous)
        for _ in range(receipts.MAX_MESSAGES):
            assert show(anonymous, receipt, "/messages", text="再说一句").status_code == 201
        assert not show(anonymous, receipt).json()["can_write"]
        refused = show(anonymous, receipt, "/messages", text="再说一句")
        assert (refused.status_code, refused.json()["code"]) == (409, "too_many_messages")


ADDRESS, FORWARDED = "127.77.88.99", "203.0.113.77"
AGENT = "Jinsique-Browser/7.77"
REPORTER, REPORTER_PHONE = "令狐金丝雀", "17755598764"
MESSAGE, COMMENT = "金丝雀留言正文在此", "金丝雀评语在此"


@pytest.fixture(scope="module")
def kept(running, client) -> tuple[str, bytes]:
    """A receipt whose bearer did everything that can be done, and all that is left of it."""
    headers = {
        "User-Agent": AGENT,
        "X-Forwarded-For": FORWARDED,
        "Forwarded": f"for={FORWARDED}",
    }
    mark = uuid4().hex[:10]
    with from_(running, ADDRESS, **headers) as person:
        receipt = hand_in(
            person,
            narrative=f"有人骗老人，记号{mark}。",
            reporter={"kind": "real_name", "name": REPORTER, "phone": REPORTER_PHONE},
        )
        hand_in(person)
        made = found(client("office"), mark)
        show(person, receipt, "/messages", text=MESSAGE)
        finish(client("office"), client("police"), made)
        assert show(person, receipt, "/ratings", score=5, comment=COMMENT).status_code == 201
        # mistakes and attacks leave no more
        show(person, unknown())
        person.post("/public/leads", content=b"{", headers={"Content-Type": "application/json"})
        person.post("/public/leads", json={"narrative": "\x00"})
        person.get("/public/nothing")
        person.put("/public/leads")
        person.post("/public/leads", content=b"x" * 1_100_000)
    left = dump(running.owner_url)
    for path in Path(running.home).rglob("*"):
        if path.is_file():
            left += path.read_bytes()
    return receipt, left


class TestNothingIsKept:
    """A thief has the database, the files and the log of the server."""

    def test_it_looked_in_the_right_place(self, kept):
        assert b"COPY public.lead_receipts" in kept[1]
        assert "举报人".encode() in kept[1]

    @pytest.mark.parametrize(
        "canary",
        [ADDRESS, ADDRESS.rpartition(".")[0], FORWARDED, AGENT, REPORTER, REPORTER_PHONE,
         MESSAGE, COMMENT],
    )  # fmt: skip
    def test_no_address_no_browser_no_name_no_word(self, kept, canary):
        for form in forms(canary):
            at = kept[1].find(form)
            assert at < 0, kept[1][max(0, at - 200) : at + 100].decode(errors="replace")

    def test_no_receipt(self, kept):
        receipt, left = kept
        for written in (receipt, receipts.grouped(receipt), receipt[:-1]):
            assert not any(form in left for form in forms(written))

    def test_events_of_the_public_come_from_nowhere(self, kept):
        lines = [line for line in kept[1].splitlines() if b"\tpublic\t" in line]
        assert lines
        assert not any(b"127." in line for line in lines)

    async def test_what_is_logged_there_would_not_say_from_where(self):
        """No log line of a public request is known; one that comes has no address to tell."""
        seen = {}

        async def app(scope, _receive, _send):
            seen[scope["path"]] = get_contextvars()["address"]

        async def nothing(*_):
            return {"type": "http.request", "body": b""}

        for path in ("/api/v1/public/leads", "/api/v1/public/nothing", "/api/v1/leads"):
            scope = {
                "type": "http", "method": "POST", "path": path, "headers": [],
                "client": (ADDRESS, 1),
            }  # fmt: skip
            await Surround(app)(scope, nothing, nothing)
        assert seen == {
            "/api/v1/public/leads": "", "/api/v1/public/nothing": "", "/api/v1/leads": ADDRESS,
        }  # fmt: skip
