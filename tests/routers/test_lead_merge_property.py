"""Merges undo exactly: whatever was merged, corrected and handed on in between.

Two worlds get the same corrections and assignments; in one of them leads are also merged. When the
last merge is undone, nobody can tell the two apart: status, rights, figures, contents.
"""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.core.database import migrations
from tests.factories import make_lead

_VILLAGES = ("341522118201", "341522118202")
_UNITS = ("police", "market", "village01", "village02")
_SAID = {"division_code": _VILLAGES[0], "narrative": "收了会员费不退。"}
_LEADS = st.integers(0, 2)
STEP = st.one_of(
    st.tuples(st.just("merge"), _LEADS, _LEADS),
    st.tuples(st.just("unmerge"), _LEADS, st.booleans()),
    st.tuples(st.just("say"), _LEADS, st.integers(0, 9)),
    st.tuples(st.just("move"), _LEADS, st.sampled_from(_VILLAGES)),
    st.tuples(
        st.just("assign"),
        _LEADS,
        st.tuples(st.sampled_from(_UNITS[:2]), st.sets(st.sampled_from(_UNITS), max_size=2)),
    ),
    st.tuples(st.just("dispute"), _LEADS, st.just(None)),
)
_SAME = (
    "status", "conclusion", "concluded_on", "narrative", "subject_name", "division_code",
    "owner_unit", "due_on", "is_merged", "merged_into", "available_actions",
)  # fmt: skip


class World:
    """Three leads, and how often each was merged."""

    def __init__(self, client, owner_url: str) -> None:
        self.client, self.office = client, client("office")
        self.owner_url = migrations.plain(owner_url)
        self.ids = [make_lead(self.office, **_SAID)["id"] for _ in range(3)]
        self.links: dict[int, tuple[str, int]] = {}

    def read(self, at: int) -> dict:
        answer = self.office.get(f"/leads/{self.ids[at]}")
        assert answer.status_code == 200
        return answer.json()

    def merge(self, at: int, main: int) -> None:
        body = {"lead_id": self.ids[at], "version": self.read(at)["version"], "reason": "同一件事"}
        answer = self.office.post(f"/leads/{self.ids[main]}/merges", json=body)
        if answer.status_code == 201:
            held = next(
                i for i in answer.json()["items"]
                if i["lead"]["id"] == self.ids[at] and i["undone_at"] is None
            )  # fmt: skip
            self.links[at] = held["id"], main
        else:
            assert answer.status_code in {409, 422}, answer.text

    def unmerge(self, at: int, *, from_main: bool) -> None:
        if at not in self.links:
            return
        link, main = self.links.pop(at)
        end = self.ids[main if from_main else at]
        body = {"version": self.read(at)["version"], "reason": "不是同一件事"}
        answer = self.office.post(f"/leads/{end}/merges/{link}/reversals", json=body)
        assert answer.status_code == 200, answer.text

    def edit(self, kind: str, at: int, how) -> bool:
        """Whether it was taken."""
        version, url = self.read(at)["version"], f"/leads/{self.ids[at]}"
        if kind == "say":
            body = {"version": version, "narrative": f"又说了第{how}件事。"}
            answer = self.office.patch(url, json=body)
        elif kind == "move":
            answer = self.office.patch(url, json={"version": version, "division_code": how})
        elif kind == "assign":
            unit, assisting = how
            answer = self.office.act(
                url, "assign", version,
                unit_id=self.client(unit).me["unit"]["id"],
                assisting_unit_ids=sorted(self.client(u).me["unit"]["id"] for u in assisting),
            )  # fmt: skip
        else:
            owner = self.read(at)["owner_unit"]
            owns = owner["id"] if owner else None
            who = next((w for w in _UNITS[:2] if self.client(w).me["unit"]["id"] == owns), None)
            if who is None:
                return False
            answer = self.client(who).act(url, "dispute", version, reason="不归我们管")
        assert answer.status_code < 500, answer.text
        return answer.status_code == 200

    def rights(self) -> list[set[UUID]]:
        async def fetch() -> list[set[UUID]]:
            connection = await asyncpg.connect(self.owner_url)
            try:
                sql = "SELECT viewer_id FROM record_access WHERE record_id = $1"
                return [{r[0] for r in await connection.fetch(sql, UUID(i))} for i in self.ids]
            finally:
                await connection.close()

        return asyncio.run(fetch())

    def counted(self) -> list[bool]:
        found = []
        for at in range(3):
            number = self.read(at)["number"]
            page = self.office.get("/leads", params={"q": number, "counted": True}).json()
            found.append(len(page["items"]) == 1)
        return found

    def state(self) -> list[dict]:
        return [
            {name: self.read(at)[name] for name in _SAME}
            | {"assists": [(a["unit"], a["status"], a["due_on"]) for a in self.read(at)["assists"]]}
            for at in range(3)
        ]


@pytest.mark.slow
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=3, max_size=14))
def test_a_merge_that_is_undone_leaves_no_trace(client, running, steps):
    merged, plain = World(client, running.owner_url), World(client, running.owner_url)
    for kind, at, how in steps:
        if kind == "merge":
            merged.merge(at, how)
        elif kind == "unmerge":
            merged.unmerge(at, from_main=how)
        elif merged.edit(kind, at, how):
            assert plain.edit(kind, at, how)
    # meanwhile each matter counts once, and nobody lost sight of a lead
    assert merged.counted() == [at not in merged.links for at in range(3)]
    assert all(more >= less for more, less in zip(merged.rights(), plain.rights(), strict=True))
    for at in list(merged.links):
        merged.unmerge(at, from_main=True)
    assert merged.state() == plain.state()
    assert merged.rights() == plain.rights()
    assert merged.counted() == [True, True, True]
