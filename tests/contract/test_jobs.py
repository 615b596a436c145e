"""Every job that is put into the queue is one that the worker knows, told what it asks for."""

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from api import worker

API = Path(worker.__file__).parent


def _text(node: ast.expr, module: str) -> str:
    """A string as it stands, or the module's constant of that name."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.Name), ast.unparse(node)
    return str(getattr(import_module(module), node.id))


def queued() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where a service puts a job into the queue, the job's name, the names in its payload."""
    for path in sorted((API / "services").rglob("*.py")):
        module = ".".join(path.relative_to(API.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.enqueue":
                _, name, *payload = node.args
                told: frozenset[str] = frozenset()
                if payload:
                    assert isinstance(payload[0], ast.Dict)
                    told = frozenset(_text(key, module) for key in payload[0].keys if key)
                yield f"{module}:{node.lineno}", _text(name, module), told


def known() -> dict[str, tuple[list[str], frozenset[str]]]:
    """Job → the functions that do it, and the names that it is told from its payload."""
    found: dict[str, tuple[list[str], frozenset[str]]] = {}
    for node in ast.walk(ast.parse((API / "worker.py").read_text())):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "JOBS":
            assert isinstance(node.value, ast.Dict)
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                assert isinstance(key, ast.Constant)
                assert isinstance(value, ast.Call)
                texts = [str(each.value) for each in value.args if isinstance(each, ast.Constant)]
                by_itself = ast.unparse(value.func) == "_by_itself"
                steps, ids = (texts[:1], texts[1:]) if by_itself else (texts, [])
                found[str(key.value)] = steps, frozenset(ids)
    assert set(found) == set(worker.JOBS)
    return found


JOBS = known()


@pytest.mark.parametrize(("place", "name", "told"), [*queued()])
def test_what_is_queued_is_done(place: str, name: str, told: frozenset[str]) -> None:
    """A job told of something that it does not take fails at every try, fifteen hours later."""
    assert told == JOBS[name][1], place


@pytest.mark.parametrize(
    ("step", "ids"),
    [(step, ids) for steps, ids in JOBS.values() for step in steps],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_step_takes_what_it_is_called_with(step: str, ids: frozenset[str]) -> None:
    module, _, name = step.partition(":")
    called = inspect.signature(getattr(import_module(module), name)).parameters.values()
    asked = [each.name for each in called if each.default is inspect.Parameter.empty]
    by_itself = any(steps == [step] for steps, _ in JOBS.values()) and asked != ["session"]
    assert asked == (sorted(ids) if by_itself else ["session"])


def test_schedules_name_jobs_that_need_no_payload() -> None:
    for schedule in worker.SCHEDULES:
        assert not JOBS[schedule.job][1], schedule
