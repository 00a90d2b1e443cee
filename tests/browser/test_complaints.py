"""A test would fail if the page broke its policy, or failed at something."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import OpenWindow
from tests.browser.window import Window

pytestmark = pytest.mark.browser


async def complaint(window: Window, is_meant: Callable[[str], bool]) -> str:
    """The first that is meant; all are forgotten then."""

    async def one() -> str | None:
        return next(filter(is_meant, window.complaints), None)

    found: str = await window.until(one, bool)
    window.complaints.clear()
    return found


async def test_what_the_policy_forbids_is_not_done_and_complained_of(open_window: OpenWindow) -> None:
    window = await open_window(user=None)
    for forbidden, directive in (
        ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')", "style-src-attr"),
        (
            "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
            "script-src-elem",
        ),
        ("void fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
        ("void new Worker(URL.createObjectURL(new Blob(['1'])))", "worker-src"),
    ):
        await window.page.evaluate(f"() => {{ {forbidden} }}")
        await complaint(window, lambda said, directive=directive: f"policy: {directive}" in said)  # type: ignore[misc]
    # What the browser itself says of them may come later.
    window.tolerate("")


async def test_an_error_that_nobody_catches_is_complained_of(open_window: OpenWindow) -> None:
    window = await open_window(user=None)
    await window.page.evaluate("() => { setTimeout(() => { throw new Error('on purpose') }) }")
    assert "on purpose" in await complaint(window, lambda said: said.startswith("uncaught"))
