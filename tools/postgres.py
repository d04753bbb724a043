"""The tests' own throw-away PostgreSQL.

python -m tools.postgres pytest tests/consent -q     runs the command with SAYSO_DATABASE_URL set
"""

import os
import subprocess
import sys

from sayso_demo.postgres import Postgres

__all__ = ["Postgres"]


def main() -> int:
    """Run a command with its own PostgreSQL, and give the command's exit code."""
    if len(sys.argv) < 2:
        sys.stderr.write("usage: python -m tools.postgres COMMAND [ARGUMENT…]\n")
        return 2
    with Postgres() as server:
        environment = os.environ | {"SAYSO_DATABASE_URL": server.url("sayso")}
        return subprocess.run(sys.argv[1:], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
