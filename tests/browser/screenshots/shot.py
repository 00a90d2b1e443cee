"""A picture to be taken: a window, and how it is brought to what it shows."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Page

from tests.browser.screenshots.studio import NoPictureError, Studio, Theme

DESK = (1440, 900)
ATTEMPTS = 5

Scene = Callable[[Studio, Page], AsyncIterator[None]]


class PassedError(Exception):
    """What was to be seen was over before the picture was taken."""


@dataclass(frozen=True)
class Shot:
    """One picture, of a window that shows the whole city at first."""

    name: str
    shows: str
    scene: Callable[[Studio, Page], AbstractAsyncContextManager[None]]
    size: tuple[int, int]
    theme: Theme
    phone: bool
    shown_px: int | None
    """How wide the picture is; None is as wide as the window."""

    async def take(self, studio: Studio) -> bytes:
        """The picture.

        Raises:
            NoPictureError: there was nothing to see, however often it was tried.
        """
        async with studio.page(self.size, theme=self.theme, phone=self.phone) as page:
            for _ in range(ATTEMPTS):
                try:
                    async with self.scene(studio, page):
                        picture = await studio.kept(page, self.shown_px)
                except PassedError:
                    continue
                return picture
        raise NoPictureError("it was over each time before the picture was taken")


def shot(
    *,
    size: tuple[int, int] = DESK,
    theme: Theme = "light",
    phone: bool = False,
    shown_px: int | None = None,
) -> Callable[[Scene], Shot]:
    """A picture of the function's name, of what the window shows where the function yields.

    Behind that it takes back what it did to the city, and raises PassedError if the picture is of no use.
    """

    def made(scene: Scene) -> Shot:
        shows = (scene.__doc__ or "").rstrip(".")
        return Shot(scene.__name__, shows, asynccontextmanager(scene), size, theme, phone, shown_px)

    return made
