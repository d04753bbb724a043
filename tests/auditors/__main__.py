"""Send the three auditors to a page of a site of one's own: `python -m tests.auditors ADDRESS [LANGUAGE]`."""

import sys
from concurrent.futures import ThreadPoolExecutor

from tests.auditors.autoconsent import Autoconsent, our_rule, published_rules
from tests.auditors.order import Auditors
from tests.auditors.report import of_autoconsent, of_radar, of_scanner
from tests.browsing import chromium
from tools.setup import say


def main() -> int:
    """Send them, and print a line of each."""
    if len(sys.argv) not in (2, 3):
        sys.stderr.write("usage: python -m tests.auditors ADDRESS [LANGUAGE]\n")
        return 2
    address, language = sys.argv[1], "".join(sys.argv[2:])
    with ThreadPoolExecutor(2) as pool, chromium() as browser:
        auditors = Auditors(pool)
        radar, scanner = auditors.radar(address), auditors.scanner(address, language)
        own = Autoconsent(browser.new_page(), [*published_rules(), our_rule()])
        own.visits(address)
        say(f"autoconsent          {of_autoconsent(own)}")
        say(f"cookieradar          {of_radar(radar.result())}")
        say(f"gdpr-cookie-scanner  {of_scanner(scanner.result())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
