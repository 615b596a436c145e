"""What the documents say is so: fresh, linked, and naming only what exists."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main
from pydantic import AliasChoices

from api import cli
from api.core.base.config import Settings
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from scripts import docs
from tests.conftest import PASSWORD, ROOT, started

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
#: Read by something else than `Settings`, and where.
ELSEWHERE = {
    "YINLING_BACKUP_PASSPHRASE": "api/cli.py",
    "YINLING_POSTGRES_BIN": "api/core/database/embedded.py",
    "YINLING_SITE": "docker-compose.yml",
    "YINLING_TLS": "docker-compose.yml",
}
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_BASH = re.compile(r"```bash\n(.*?)```", re.DOTALL)
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(path: Path) -> str:
    """Everything that stands between backticks."""
    return "\n".join(_CODE.findall(text(path)))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text(path), flags=re.S), re.M):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        found.add(slug if slug not in found else f"{slug}-1")
    return found


class TestGenerated:
    def test_nothing_is_stale(self):
        assert docs.stale(docs.documents()) == [], "run `make docs` and look at the diff"

    def test_every_page_is_watched(self):
        """`make fresh` looks after everything that the script writes."""
        from scripts.fresh import GENERATED

        for made in docs.documents():
            assert any(made == one or made.startswith(f"{one}/") for one in GENERATED), made


class TestGlossary:
    """Each word is decided once, and none is missing."""

    def test_every_table_of_codes_has_a_name(self):
        named = {key.rpartition(".")[2] for key in docs.TABLES}
        kinds = {kind for found in docs.codes().values() for kind, _ in found}
        assert kinds - named == set(), "add them to docs/glossary.md"
        assert named - kinds == set(), "docs/glossary.md names what is gone"

    def test_every_permission_reads_as_chinese(self):
        for permission in Permission:
            resource, verb = permission.value.split(":")
            assert resource in docs.NOUNS, permission
            assert verb in docs.VERBS, permission

    def test_every_flow_and_event_has_a_noun(self):
        nouns = set(docs.flows()) | {event.value.split(".")[0] for event in EventName}
        assert nouns - set(docs.NOUNS) == set(), "add them to docs/glossary.md"

    def test_no_word_stands_for_two_things(self):
        for words in (docs.NOUNS, docs.VERBS, docs.TABLES):
            assert len(set(words.values())) == len(words)


class TestNames:
    @pytest.mark.parametrize("path", PAGES, ids=name)
    def test_links_resolve(self, path):
        for link in _LINK.findall(text(path)):
            if "://" in link or link.startswith("mailto:"):
                continue
            target, _, anchor = link.partition("#")
            there = (path.parent / target).resolve() if target else path
            if there.suffix == ".png":
                continue
            assert there.exists(), link
            assert there.is_relative_to(ROOT), link
            if anchor:
                assert anchor in anchors(there), link

    @pytest.mark.parametrize("path", READMES, ids=name)
    def test_pictures_are_there(self, path):
        if not (ROOT / "docs" / "images").exists():
            pytest.skip("docs/images is not made yet")
        for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text(path)):
            assert (path.parent / link).exists(), link

    def test_both_readmes_have_the_same_pictures_settings_and_commands(self):
        english, chinese = map(code, READMES)
        wanted = re.compile(r"`((?:YINLING_|DATABASE_)[A-Z_]+)`")
        assert set(wanted.findall(english)) == set(wanted.findall(chinese))
        calls = [[line for b in _BASH.findall(text(p)) for line in b.splitlines()
                  if line and not line.startswith("#")] for p in READMES]  # fmt: skip
        assert calls[0] == calls[1]

    @pytest.mark.parametrize("path", PAGES, ids=name)
    def test_make_targets_exist(self, path):
        targets = set(re.findall(r"^([a-z][a-z-]*):", text(ROOT / "Makefile"), re.M))
        for line in re.findall(r"\bmake ([a-z][a-z -]*)", code(path)):
            for target in line.split():
                assert target in targets, line

    @pytest.mark.parametrize("path", PAGES, ids=name)
    def test_yinling_commands_exist(self, path):
        commands = typer.main.get_command(cli.app).commands
        for line in re.findall(r"\byinling +([a-z][^\n`]*)", code(path)):
            words = line.split()
            command = commands.get(words[0])
            assert command is not None, line
            for word in words[1:]:
                command = getattr(command, "commands", {}).get(word, command)
            options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
            for word in words[1:]:
                assert not word.startswith("--") or word in options, line

    @pytest.mark.parametrize("path", PAGES, ids=name)
    def test_files_of_the_project_that_are_named_exist(self, path):
        for found in re.findall(
            r"`((?:api|tests|scripts|docs|alembic|bench)/[\w./-]+)", code(path)
        ):
            if "YYYY" not in found and not found.endswith(("/", ".")):
                assert (ROOT / found).exists(), found

    def test_documents_named_in_the_sources_exist(self):
        for folder in ("api", "alembic", "scripts", "tests"):
            for path in (ROOT / folder).rglob("*.py"):
                for found in re.findall(r"docs/[\w/.-]+\.md", text(path)):
                    assert (ROOT / found).exists(), f"{path}: {found}"


def variables() -> dict[str, object]:
    """Name in the environment → default."""
    found: dict[str, object] = {}
    for field, info in Settings.model_fields.items():
        alias = info.validation_alias
        known = alias.choices if isinstance(alias, AliasChoices) else [f"YINLING_{field.upper()}"]
        found |= dict.fromkeys(map(str, known), info.default)
    return found


class TestSettings:
    @pytest.mark.parametrize("path", PAGES, ids=name)
    def test_variables_exist(self, path):
        for found in re.findall(r"\b(?:YINLING|DATABASE)_[A-Z_]+\b", text(path)):
            if found in ELSEWHERE:
                assert found in text(ROOT / ELSEWHERE[found])
            else:
                assert found in variables(), found

    @pytest.mark.parametrize("path", READMES, ids=name)
    def test_the_table_is_whole_and_its_defaults_are_right(self, path):
        rows = re.findall(r"^\| (`[A-Z_`、, ]+`) \| ([^|]+) \|", text(path), re.M)
        shown = {
            variable: default
            for names, defaults in rows
            for variable, default in zip(
                re.findall(r"`(\w+)`", names), re.split("[、,]", defaults), strict=False
            )
        }
        for field, info in Settings.model_fields.items():
            alias = info.validation_alias
            first = (
                alias.choices[0] if isinstance(alias, AliasChoices) else f"YINLING_{field.upper()}"
            )
            assert first in shown, first
            if isinstance(info.default, int) and not isinstance(info.default, bool):
                assert shown[str(first)].strip().strip("`") == str(info.default), first


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """What somebody has who follows the README: the demo, and nothing before it."""
    with started(tmp_path_factory.mktemp("readme")) as server:
        yield server


class TestCommands:
    @pytest.mark.parametrize("path", PAGES, ids=name)
    def test_bash_parses(self, path):
        for block in _BASH.findall(text(path)):
            done = subprocess.run(
                ["bash", "-n"], check=False, input=block, text=True, capture_output=True
            )
            assert done.returncode == 0, done.stderr

    @pytest.mark.skipif(
        not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq"
    )
    @pytest.mark.parametrize("path", READMES, ids=name)
    def test_the_api_examples_run_as_they_stand(self, path, fresh):
        (block,) = [b for b in _BASH.findall(text(path)) if "TOKEN=" in b]
        block = block.replace("http://127.0.0.1:8000", fresh.url)
        block = block.replace("$(cat var/demo-password)", PASSWORD)
        # another key than in the other language, so that each makes its own lead
        block = block.replace("110-2022-0517-001", path.name)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            check=False,
            text=True,
            capture_output=True,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stderr
        assert "138****5678" in done.stdout
        assert '"lead.created"' in done.stdout


class TestDecisions:
    def test_each_says_why_and_what_enforces_it(self):
        index = text(ROOT / "docs/adr/README.md")
        found = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
        assert len(found) >= 12
        assert len({path.name[:4] for path in found}) == len(found), "two with one number"
        for path in found:
            assert path.name in index, path.name
            for heading in ("背景", "决定", "后果", "由什么保证"):
                assert f"## {heading}" in text(path), (path.name, heading)
