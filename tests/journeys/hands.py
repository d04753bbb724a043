"""Two ways to use a page: by keyboard alone, and by pointer. Every journey is walked with both."""

from typing import Literal, Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 250  # presses before we say that a thing cannot be reached by keyboard
Role = Literal["button", "link", "radio", "checkbox", "textbox", "combobox"]

_HAS_FOCUS = """element => {
  let active = document.activeElement;
  while (active && active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  return active === element;
}"""
_FOCUSED_SIBLING = """element => {
  let active = document.activeElement;
  while (active && active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  return !!active && active.type === 'radio' && active.name === element.name && active.form === element.form;
}"""


class Hands(Protocol):
    """Somebody's way of using a page."""

    name: str

    def press(self, page: Page, target: Locator) -> None:
        """Press a button, follow a link, open a disclosure."""

    def tick(self, page: Page, target: Locator) -> None:
        """Choose a radio button or tick a box."""

    def write(self, page: Page, target: Locator, text: str) -> None:
        """Write into a field, replacing what stands there."""

    def select(self, page: Page, target: Locator, label: str) -> None:
        """Choose an option of a list by what it says."""


class Pointer:
    """Uses a mouse."""

    name = "pointer"

    def press(self, page: Page, target: Locator) -> None:
        """Click it."""
        target.click()

    def tick(self, page: Page, target: Locator) -> None:
        """Click it."""
        target.click()

    def write(self, page: Page, target: Locator, text: str) -> None:
        """Click into it, select what stands there and type."""
        target.click()
        page.keyboard.press("Control+a")
        page.keyboard.type(text)

    def select(self, page: Page, target: Locator, label: str) -> None:
        """Pick it."""
        target.select_option(label=label)


class Keys:
    """Uses Tab, Enter, Space, Escape, the arrows and letters; never a pointer."""

    name = "keys"

    def _reach(self, page: Page, target: Locator, arrived: str = _HAS_FOCUS) -> None:
        target.wait_for(state="visible")
        for _ in range(MOST_TABS):
            if target.evaluate(arrived):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"cannot be reached by keyboard: {target}")

    def press(self, page: Page, target: Locator) -> None:
        """Tab to it and press Enter."""
        self._reach(page, target)
        page.keyboard.press("Enter")

    def tick(self, page: Page, target: Locator) -> None:
        """Tab to it, or to its group and then by arrows, and press Space."""
        if target.get_attribute("type") != "radio":
            self._reach(page, target)
            page.keyboard.press("Space")
            return
        self._reach(page, target, _FOCUSED_SIBLING)
        for _ in range(10):
            if target.evaluate(_HAS_FOCUS):
                break
            page.keyboard.press("ArrowDown")
        if not target.is_checked():
            page.keyboard.press("Space")
        assert target.is_checked()

    def write(self, page: Page, target: Locator, text: str) -> None:
        """Tab to it and type."""
        self._reach(page, target)
        page.keyboard.press("Control+a")
        page.keyboard.type(text)

    def select(self, page: Page, target: Locator, label: str) -> None:
        """Tab to it and type what the option says."""
        self._reach(page, target)
        page.keyboard.type(label)
        assert target.locator("option:checked").inner_text().strip() == label
