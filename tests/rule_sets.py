"""Rule sets: another version drafted, submitted, approved."""

from api.core.base.clock import today
from tests.money import done, made


def of_kind(who, kind: str) -> dict:
    return done(who.get(f"/rule-sets/{kind}"))


def drafted(who, kind: str, **over) -> dict:
    """A draft; `changes` of the content go over the version in force. Another one that is open, of
    the demo town or of another test, goes first."""
    if there := of_kind(who, kind)["open"]:
        if there["status"] == "submitted":
            done(act(who, there, "recall"))
        done(act(who, there, "withdraw", reason="另行起草"))
    content = of_kind(who, kind)["content"] | over.pop("changes", {})
    body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕9号", "content": content}
    return made(who.post(f"/rule-sets/{kind}/versions", json=body | over))


def act(who, version: dict, action: str, **fields):
    path = f"/rule-set-versions/{version['id']}"
    return who.act(path, action, done(who.get(path))["version"], **fields)


def put_in_force(author, approver, kind: str, **over) -> dict:
    """Another version, by two people."""
    version = drafted(author, kind, **over)
    done(act(author, version, "submit"))
    return done(act(approver, version, "approve"))
