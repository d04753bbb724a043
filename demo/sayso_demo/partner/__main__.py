"""Open Brightside Ads: `python -m sayso_demo.partner --port 8720`."""

from __future__ import annotations

import click

from sayso_demo.serving import serve_wsgi


@click.command()
@click.option("--port", default=8720, show_default=True)
def serve(port: int) -> None:
    """Receive Sayso's webhooks and show the audience."""
    serve_wsgi("sayso_demo.partner.wsgi:application", port)


if __name__ == "__main__":
    serve()
