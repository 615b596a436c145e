"""Papers made from records."""

import io
import zipfile
from xml.etree import ElementTree

from tests.answers import done
from tests.entities import act, assess, register, visit

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def ordered(who, at: str = "341522118201", **given) -> dict:
    """A rectification that this unit ordered after a visit that found a problem."""
    rated = assess(who, register(who, division_code=at), "orange")
    seen = visit(who, entity_id=rated["id"])
    act(who, "inspections", seen, "complete", finding="problem", note="会销推销保健品")
    body = {"inspection_id": seen["id"], "requirements": "停止虚假宣传\n退还预收费"} | given
    return done(who.post("/rectifications", json=body))


def make(who, kind: str, record: dict):
    return who.post("/papers", json={"kind": kind, "subject_id": record["id"]})


def preview(who, kind: str, record: dict):
    return who.get("/papers/preview", params={"kind": kind, "subject_id": record["id"]})


def void(who, paper: dict, reason: str = "打错了"):
    current = done(who.get(f"/papers/{paper['id']}"))
    return who.act(f"/papers/{paper['id']}", "void", current["version"], reason=reason)


def said(blocks: list[dict]) -> str:
    """Everything that stands on a paper."""
    found: list[str] = []
    for block in blocks:
        found += [part["text"] for part in block["parts"]]
        for row in block["rows"]:
            found += [part["text"] for part in [*row["heading"], *row["content"]]]
    return "".join(found)


def printed(answer) -> str:
    """The text of a downloaded document."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        body = ElementTree.fromstring(book.read("word/document.xml"))
    return "\n".join("".join(t.text or "" for t in p.iter(f"{_W}t")) for p in body.iter(f"{_W}p"))
