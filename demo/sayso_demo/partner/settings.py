"""Settings of Brightside Ads, from the environment, and two faults that tests switch on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where the partner keeps things, whom it answers, and the secret it shares with Sayso."""

    home: Path
    sayso_url: str
    secret: str

    @classmethod
    def read(cls) -> Settings:
        """Read them from the environment."""
        return cls(
            home=Path(os.environ.get("SAYSO_HOME", ".demo")).resolve(),
            sayso_url=os.environ.get("BRIGHTSIDE_SAYSO_URL", "http://localhost:8700").rstrip("/"),
            secret=os.environ.get("BRIGHTSIDE_WEBHOOK_SECRET", ""),
        )

    @property
    def down(self) -> bool:
        """Whether the partner plays dead: `BRIGHTSIDE_DOWN=1`, or a file `brightside.down` in the home."""
        return os.environ.get("BRIGHTSIDE_DOWN") == "1" or (self.home / "brightside.down").exists()

    @property
    def lying(self) -> bool:
        """Whether it says done and keeps the row: `BRIGHTSIDE_LYING=1`, or a file `brightside.lying`."""
        return os.environ.get("BRIGHTSIDE_LYING") == "1" or (self.home / "brightside.lying").exists()
