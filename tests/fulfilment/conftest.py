from tests.rights.conftest import ada, database, systems, worlds  # noqa: F401 - the same cast
