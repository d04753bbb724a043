"""Every setting of Sayso, once: name, default, meaning. Read from `SAYSO_*` variables only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from sayso.core.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as the reference lists it. A default of None means it is derived or may be absent."""

    name: str
    default: str | None
    meaning: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("SAYSO_HOME", ".sayso", "Folder for embedded databases and generated secrets."),
    Setting("SAYSO_DATABASE_URL", None, "sqlite:////path or postgresql://…; SQLite in SAYSO_HOME if absent."),
    Setting("SAYSO_KEYS_URL", None, "sqlite:////path of the store of subjects' keys, apart from the data."),
    Setting(
        "SAYSO_JOURNAL_URL",
        None,
        "file:///path of the folder whose lines outlive a restore of the database; beside the keys if absent.",
    ),
    Setting(
        "SAYSO_SECRETS_FILE", None, "JSON file with the deployment's secrets; made in SAYSO_HOME if absent."
    ),
    Setting(
        "SAYSO_WEB_ADDRESS", "http://localhost:8700", "Address customers and servers reach the pages at."
    ),
    Setting("SAYSO_EDGE_ADDRESS", "http://localhost:8701", "Address of the hot path."),
    Setting("SAYSO_WEB_PORT", None, "Port the pages listen on; that of SAYSO_WEB_ADDRESS if absent."),
    Setting("SAYSO_EDGE_PORT", None, "Port the hot path listens on; that of SAYSO_EDGE_ADDRESS if absent."),
    Setting("SAYSO_LISTEN", "127.0.0.1", "Interface the web and edge listeners bind to."),
    Setting("SAYSO_SMTP_URL", "smtp://localhost:25", "Where letters are handed over, smtp:// or smtps://."),
    Setting("SAYSO_MAIL_FROM", "privacy@localhost", "Sender of every letter."),
    Setting(
        "SAYSO_CHANGE_REMINDER_DAYS",
        "14",
        "Days until the one reminder of a change that waits for an answer; 0 sends none.",
    ),
    Setting(
        "SAYSO_USES_DAYS", "90", "Days for which it is kept how often data was used; then it is deleted."
    ),
    Setting("SAYSO_WEATHER", "none", "Forecasts: none, recorded:FILE, or open-meteo."),
    Setting("SAYSO_WEATHER_URL", "https://api.open-meteo.com/v1/forecast", "Address of Open-Meteo."),
    Setting("SAYSO_WEATHER_KEY", None, "Key for Open-Meteo's commercial service.", secret=True),
    Setting(
        "SAYSO_GUARDIAN_DELAY",
        "86400",
        "Seconds between a guardian's yes and the letter with the code that confirms it.",
    ),
    Setting(
        "SAYSO_STATUS_LIST_TTL",
        "5",
        "Seconds a partner may go on believing a status list of purpose tokens, 3 to 300.",
    ),
    Setting(
        "SAYSO_WITNESSES",
        "",
        "Public keys of the log's witnesses, `name+id+key` as `sayso witness` prints them, by comma.",
    ),
    Setting("SAYSO_OUTBOUND_ALLOW", "", "Internal host:port pairs the outbound client may reach, by comma."),
    Setting("SAYSO_DEMO", "0", "1 opens the demo-only doors; set by `sayso demo` alone."),
    Setting("SAYSO_DEBUG", "0", "1 shows Django's debug pages; never in production."),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def read(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Read one declared setting: its variable, else its default."""
    setting = _BY_NAME[name]
    return environment.get(name, setting.default)


def text(name: str) -> str:
    """Read a setting that must be there.

    Raises `Misconfigured` with the variable's name.
    """
    value = read(name)
    if value is None:
        raise Misconfigured("setting_missing", f"{name} is not set.", f"Set {name}: {_BY_NAME[name].meaning}")
    return value


def seconds(name: str) -> int:
    """Read a setting that is a number of seconds.

    Raises `Misconfigured` with the variable's name.
    """
    value = text(name)
    if not value.isascii() or not value.isdigit():
        raise Misconfigured("setting_malformed", f"{name} is no number of seconds.", f"Set {name}=86400.")
    return int(value)


def flag(name: str) -> bool:
    """Read a setting that is 1 or 0."""
    return text(name) == "1"


@lru_cache(maxsize=8)
def _made(within: str, name: str) -> Path:
    # Once: the key store asks where home is for every single value it opens.
    folder = Path(within, name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.resolve()


def home() -> Path:
    """Give the folder for embedded databases and secrets, made when it is first asked for."""
    return _made(os.getcwd(), text("SAYSO_HOME"))


def database_url() -> str:
    """Give the address of the ledger's database."""
    return read("SAYSO_DATABASE_URL") or f"sqlite:///{home() / 'sayso.sqlite3'}"


def keys_url() -> str:
    """Give the address of the store of subjects' keys, by default a second file beside the data."""
    return read("SAYSO_KEYS_URL") or f"sqlite:///{home() / 'keys.sqlite3'}"


def journal_folder() -> Path:
    """Give the folder of the journal, by default `journal` beside the store of subjects' keys.

    Raises `Misconfigured` with code `journal_unknown` for an address that is no folder of this machine.
    """
    address = read("SAYSO_JOURNAL_URL")
    if address is None:
        return Path("/" + urlsplit(keys_url()).path.lstrip("/")).parent / "journal"
    if urlsplit(address).scheme != "file" or not urlsplit(address).path.startswith("/"):
        raise Misconfigured(
            "journal_unknown", "SAYSO_JOURNAL_URL is no folder we know.", "Use file:///path of a folder."
        )
    return Path(urlsplit(address).path)


def unknown(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Name every `SAYSO_*` variable that no setting declares: most likely a misspelling."""
    return sorted(name for name in environment if name.startswith("SAYSO_") and name not in _BY_NAME)
