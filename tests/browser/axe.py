"""What axe finds on a page that keeps somebody from using it."""

from typing import Any

from tests.browser.town import DASHBOARD
from tests.browser.window import Window

AXE = DASHBOARD.parent / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2, level AA, and all before it.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
IMPACTS = ("serious", "critical")
# The page allows no script but its own: what the browser itself is told to do is none.
FIND = """async ([within, tags, impacts]) => {
    const options = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], preload: false }
    const { violations } = await axe.run(within, options)
    return violations.filter(({ impact }) => impacts.includes(impact))
}"""


async def assert_accessible(window: Window, within: str = ":root") -> None:
    """Fails with what is wrong, and where; `within` names a part that alone is other than before."""
    page = window.page
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(FIND, [within, TAGS, IMPACTS])
    assert not found, "\n\n".join(_told(violation) for violation in found)


def _told(violation: dict[str, Any]) -> str:
    places = [f"  {node['html']}\n    {node['failureSummary']}" for node in violation["nodes"]]
    return "\n".join([f"{violation['id']} ({violation['impact']}): {violation['help']}", *places])
