"""Do what docker-compose.yml and the Dockerfiles do, on a machine without a container engine.

Every COPY and RUN of each stage runs in a clean folder with a clean venv (or the pinned Node), then
the services start as the compose file says, with its environment, its commands and its two scripts,
against a PostgreSQL of their own; Caddy too, where its binary is found. What cannot be had here (the
base images, other users, the network between containers) is said at the end.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = ROOT / "docker-compose.yml"
IGNORED = (ROOT / ".dockerignore").read_text().split()
LEFT_OUT: list[str] = []


def say(words: str) -> None:
    """One step."""
    print(f"· {words}", flush=True)


@dataclass
class Stage:
    """A stage of an image: its file system, its environment, where it stands, what it starts."""

    image: str
    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    command: list[str] = field(default_factory=list)
    #: Folders that come before the machine's own in PATH.
    path: list[Path] = field(default_factory=list)

    def at(self, path: str) -> Path:
        """A path of the image, here."""
        return self.root / (Path(self.workdir) / path).as_posix().lstrip("/")

    def env(self) -> dict[str, str]:
        """Nothing of this machine's own but what finds the tools and the package index."""
        kept = ("HOME", "LANG", "SSL_CERT_FILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
        passed = {
            name: value
            for name, value in os.environ.items()
            if name.upper() in kept or name.upper().startswith(("PIP_", "NPM_CONFIG_"))
        }
        found = os.pathsep.join([*map(str, self.path), "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
        return passed | {"PATH": found} | self.environment


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """What a Dockerfile says, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", dockerfile.read_text())
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def ignored(folder: str, names: list[str]) -> set[str]:
    """What .dockerignore keeps out of the context."""
    inside = Path(folder).resolve().relative_to(ROOT)

    def out(name: str) -> bool:
        path = (inside / name).as_posix()
        return any(
            fnmatch.fnmatch(f"/{path}", f"*/{rule[3:]}") if rule.startswith("**/") else path == rule
            for rule in IGNORED
        )

    return {name for name in names if out(name)}


def copy(stage: Stage, rest: str, stages: dict[str, Stage]) -> None:
    """COPY, from the context or from another stage."""
    *sources, target = [part for part in rest.split() if not part.startswith("--")]
    origin = re.search(r"--from=(\w+)", rest)
    into = stage.at(target)
    for source in sources:
        path = stages[origin[1]].at(source) if origin else ROOT / source
        if path.is_dir():
            shutil.copytree(path, into, ignore=None if origin else ignored, dirs_exist_ok=True)
        else:
            folder = len(sources) > 1 or target.endswith("/")
            (into if folder else into.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, into / path.name if folder else into)


def python_like(image: str, folder: Path) -> Path:
    """A venv of the Python that the base image has; the next best where there is none."""
    wanted = image.removeprefix("python:").partition("-")[0]
    known = sorted((Path.home() / ".pyenv" / "versions").glob(f"{wanted}*/bin/python"))
    for python in [*map(str, known), f"python{wanted}", sys.executable]:
        done = subprocess.run([python, "-m", "venv", str(folder)], capture_output=True, check=False)
        if done.returncode == 0:
            break
    version = subprocess.run(
        [str(folder / "bin" / "python"), "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    if not version.startswith(f"{wanted}."):
        LEFT_OUT.append(f"基础镜像是 Python {wanted}，这里只有 {version}")
    say(f"{image} → Python {version} 的干净 venv")
    return folder / "bin"


def node_like(image: str) -> Path:
    """The Node that the project pins."""
    found = Path(sys.prefix) / "bin"
    version = subprocess.run(
        [str(found / "node"), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert version.startswith(f"v{image.removeprefix('node:').partition('-')[0]}."), version
    say(f"{image} → Node {version}")
    return found


def shims(folder: Path) -> Path:
    """What belongs to the image's system and not to ours."""
    folder.mkdir()
    for name in ["useradd"] + ([] if os.geteuid() == 0 else ["chown"]):
        LEFT_OUT.append(f"没有执行 {name}（用户属于镜像，不属于这台机器）")
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def run(stage: Stage, command: str | list[str], **environment: str) -> str:
    """A command inside a stage; everything it said if it fails."""
    shell = ["sh", "-c", command] if isinstance(command, str) else command
    stage.at(".").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        shell,
        cwd=stage.at("."),
        env=stage.env() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"失败：{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def build(dockerfile: Path, folder: Path, system: Path) -> Stage:
    """Every stage of an image; the last one."""
    stages: dict[str, Stage] = {}
    stage = Stage("", folder)
    for word, rest in instructions(dockerfile):
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stage = stages[name or "last"] = Stage(image, folder / (name or "last"))
            stage.root.mkdir(parents=True)
            stage.path.append(system)
            if image.startswith("python:"):
                stage.path.append(python_like(image, folder / "venv"))
            elif image.startswith("node:"):
                stage.path.append(node_like(image))
        elif word == "ENV":
            stage.environment |= dict(part.split("=", 1) for part in shlex.split(rest))
        elif word == "WORKDIR":
            stage.workdir = rest
        elif word == "COPY":
            copy(stage, rest, stages)
        elif word == "RUN":
            say(f"{dockerfile.name}：RUN {rest}")
            run(stage, rest)
        elif word == "CMD":
            stage.command = json.loads(rest)
        else:
            assert word in {"USER", "VOLUME", "EXPOSE"}, f"{dockerfile.name}：不认识 {word}"
    return stage


# --- the services ---------------------------------------------------------------------------------


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def compose() -> dict[str, dict]:
    """The services, `${NAME:-default}` filled in."""
    for engine in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(engine[0]) is None:
            continue
        done = subprocess.run(
            [*engine, "-f", str(COMPOSE), "config", "-q"],
            capture_output=True,
            text=True,
            check=False,
        )
        if "unknown" in done.stderr:
            continue
        if done.returncode:
            sys.exit(f"docker-compose.yml 不合格：{done.stderr}")
        say(f"{' '.join(engine)} config：通过")
        break
    else:
        LEFT_OUT.append("没有 docker compose，也没有 docker-compose：compose 文件只按 YAML 读过")
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text())
    return yaml.safe_load(text)["services"]


@contextmanager
def started(stage: Stage, name: str, command: list[str], **environment: str) -> Iterator[Path]:
    """A service; its log."""
    log = stage.root.parent / f"{name}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            cwd=stage.at("."),
            env=stage.env() | environment,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
        try:
            yield log
            if process.poll() is not None:
                sys.exit(f"{name} 自己退出了：\n{log.read_text()[-4000:]}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(30)


def answer(url: str) -> tuple[int, str]:
    """Status and text of a page."""
    try:
        with urllib.request.urlopen(url, timeout=4) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError as error:
        return 0, str(error)


def wait_for(what: str, test: Callable[[], bool], log: Path) -> None:
    """Until a service does what it is there for."""
    until = time.monotonic() + 60
    while not test():
        if time.monotonic() > until:
            sys.exit(f"{what} 没有成功：\n{log.read_text()[-4000:]}")
        time.sleep(0.2)
    say(f"{what}：通过")


def database(
    api: Stage, service: dict, here: Callable[[str], str], folder: Path, stack: ExitStack
) -> int:
    """What the image postgres does at its first start: initdb, the database, the first-start script."""
    LEFT_OUT.append(f"数据库不是镜像 {service['image']}，是内置的 PostgreSQL；TLS 证书没有申请")
    find = "from api.core.database import embedded; print(embedded.binaries())"
    programs = Path(run(api, ["python", "-c", find]).strip())
    given = {name: here(value) for name, value in service["environment"].items()}
    owner, name, port = given["POSTGRES_USER"], given["POSTGRES_DB"], free_port()
    folder.mkdir()
    account: dict = {}
    if os.geteuid() == 0:
        account = {"user": "nobody"}
        shutil.chown(folder, "nobody")
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    password = folder / "password"
    password.write_text(Path(given["POSTGRES_PASSWORD_FILE"]).read_text())
    data = folder / "data"
    arguments = shlex.split(given["POSTGRES_INITDB_ARGS"])
    initdb = [str(programs / "initdb"), "-D", str(data), f"--username={owner}"]
    subprocess.run([*initdb, f"--pwfile={password}", *arguments], check=True, **quiet, **account)
    log = folder / "log"
    sink = stack.enter_context(log.open("wb"))
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-p", str(port)],
        cwd=folder, stdout=sink, stderr=sink, **account,
    )  # fmt: skip
    stack.callback(lambda: (server.send_signal(signal.SIGINT), server.wait(30)))
    local = {
        "PGHOST": str(folder),
        "PGPORT": str(port),
        "POSTGRES_USER": owner,
        "POSTGRES_DB": name,
    }
    api.path.insert(0, programs)
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-p", str(port)]
    wait_for(
        "postgres：按 POSTGRES_INITDB_ARGS 建立并启动",
        lambda: subprocess.run(ready, check=False).returncode == 0,
        log,
    )
    run(
        api, ["psql", "-q", "-U", owner, "-d", "postgres", "-c", f"CREATE DATABASE {name}"], **local
    )
    script = here((ROOT / "docker" / "create-app-role.sh").read_text())
    run(api, script, **local)
    say("create-app-role.sh：通过")
    return port


def caddy(web: Stage, port: int) -> None:
    """The Caddyfile, by the real program: read as it is, then run with the API's address here."""
    program = shutil.which("caddy")
    if program is None:
        LEFT_OUT.append("没有 caddy（Debian：apt-get install caddy），Caddyfile 没有试过")
        return
    written = web.root / "etc/caddy/Caddyfile"
    check = [program, "validate", "--adapter", "caddyfile", "--config"]
    home = {"HOME": str(web.root.parent)}
    run(web, [*check, str(written)], **home, YINLING_SITE="yinling.example.cn", YINLING_TLS="")
    run(web, [*check, str(written)], **home)
    say("caddy validate（有域名、无域名）：通过")
    site = f"http://127.0.0.1:{free_port()}"
    text = written.read_text().replace("api:8000", f"127.0.0.1:{port}")
    here = web.root / "Caddyfile"
    here.write_text("{\n\tadmin off\n}\n" + text.replace("* /srv", f"* {web.root}/srv"))
    # without TLS: the line that asks for it falls away
    here.write_text(here.read_text().replace("{$YINLING_TLS:tls internal}", ""))
    command = [program, "run", "--adapter", "caddyfile", "--config", str(here)]
    with started(web, "caddy", command, YINLING_SITE=site, **home) as log:
        wait_for("caddy：/healthz 转给后端", lambda: '"ok"' in answer(f"{site}/healthz")[1], log)
        for page in ("/", "/leads", "/report"):
            status, text = answer(site + page)
            assert status == 200, (page, status)
            assert "<html" in text.lower(), page
        assert "yinling_requests_total" not in answer(f"{site}/metrics")[1]
        assert answer(f"{site}/api/v1/me")[0] == 401
        say("caddy：网页、接口转发，/metrics 不外露：通过")


def main() -> None:
    """Everything, in a folder that is gone afterwards."""
    services = compose()
    with tempfile.TemporaryDirectory(prefix="yl-images-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        system = shims(folder / "system")
        api = build(ROOT / "docker" / "api.Dockerfile", folder / "api", system)
        web = build(ROOT / "docker" / "web.Dockerfile", folder / "web", system)
        for secret in ("owner", "app"):
            (folder / "secrets" / secret).mkdir(parents=True)
        (folder / "data").mkdir()
        at = {"db:5432": "db:5432"}

        def here(words: str) -> str:
            moved = words.replace("/secrets", f"{folder}/secrets").replace("db:5432", at["db:5432"])
            return f"{folder}/data" if moved == "/data" else moved

        for _ in range(2):  # the second start finds what the first one made
            run(api, here((ROOT / "docker" / "make-secrets.sh").read_text()))
        say("make-secrets.sh（两次）：通过")
        at["db:5432"] = f"127.0.0.1:{database(api, services['db'], here, folder / 'db', stack)}"

        def environment(service: str) -> dict[str, str]:
            given = services[service]["environment"]
            passed = {name: here(str(value)) for name, value in given.items() if value is not None}
            return passed | {"PORT": str(port)}

        port = free_port()
        api.environment["YINLING_HOME"] = f"{folder}/data"
        run(api, services["migrate"]["command"], **environment("migrate"))
        say("migrate：通过")
        assert api.command == services["api"]["command"]
        with (
            started(api, "server", services["api"]["command"], **environment("api")) as log,
            started(api, "worker", services["worker"]["command"], **environment("worker")),
        ):
            base = f"http://127.0.0.1:{port}"
            wait_for("api：/healthz", lambda: answer(f"{base}/healthz")[0] == 200, log)
            wait_for("api：/readyz", lambda: answer(f"{base}/readyz")[0] == 200, log)
            _, *probe = services["api"]["healthcheck"]["test"]
            run(api, [part.replace(":8000", f":{port}") for part in probe])
            say("api 的 healthcheck：通过")
            caddy(web, port)
    print("\n没有做到的：容器引擎本身（镜像层、容器网络、只读根目录、非 root 用户）")
    for each in LEFT_OUT:
        print(f"  {each}")


if __name__ == "__main__":
    main()
