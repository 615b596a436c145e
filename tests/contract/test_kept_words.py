"""A text of a record that is masked on entry keeps its original: what is masked for good is named
here, with why, and everything else must go through what keeps it."""

import ast
from pathlib import Path

from tests.trees import parsed

SERVICES = Path(__file__).parents[2] / "api" / "services"
#: Why somebody did something is told in the timeline, which never holds anything plain.
TIMELINE = {"reason", "undone_reason"}
#: (module, name of the column) → why nothing is kept.
FOR_GOOD = {
    ("_field_work", "inspectors"): "names of officials",
    ("inspections", "inspectors"): "names of officials",
    ("inspections", "remark"): "of a tick on a list; what was found has a text of its own",
    ("attachments", "note"): "the file itself is kept",
    ("distribution_decisions", "document"): "the words of a booking, which the plan keeps",
    ("lead_messages", "text"): "the message is kept encrypted beside it",
    ("property_measure_decisions", "release_document_no"): "the number of a paper",
    ("rule_set_versions", "source"): "a published rule",
    ("rule_set_versions", "note"): "a published rule",
    ("rewards", "note"): "nobody who was rewarded may be told from it",
    ("rewards", "distinct_reason"): "the same",
    ("risk_entity_drafts", "legal_actor_name"): "an authority",
    ("risk_entity_drafts", "note"): "what the ledger says of a measure; the ledger has it",
    ("saved_filters", "name"): "one's own name for a filter",
    ("shared_changes", "decision"): "about rules, no person",
    ("town_terms", "source"): "a published rule",
    ("units", "handover_note"): "among officials of one post",
}


_SINGLE = ast.Call | ast.Await | ast.Subscript | ast.IfExp


def _masks(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "told"
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id in {"protect", "unnamed"}
        for each in ast.walk(node)
    )


def _masked_for_good() -> set[tuple[str, str]]:
    """Columns that a masked text goes into: set on a record, or named in its making."""
    found: set[tuple[str, str]] = set()
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(parsed(path.read_text())):
            named: list[tuple[str, ast.AST]] = []
            if isinstance(node, ast.keyword) and node.arg:
                named = [(node.arg, node.value)]
            elif isinstance(node, ast.Assign):
                named = [
                    (to.attr, node.value) for to in node.targets if isinstance(to, ast.Attribute)
                ]
            elif isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                named = [
                    (str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)
                ]
            found |= {
                (path.stem, name)
                for name, value in named
                if isinstance(value, _SINGLE) and _masks(value)
            }
    return {(module, name) for module, name in found if name not in TIMELINE}


def test_every_text_that_is_masked_for_good_is_named_with_why() -> None:
    assert _masked_for_good() == FOR_GOOD.keys()
