"""A list of whole numbers on the command line."""

from typing import Any

import click


class Numbers(click.ParamType):
    """Comma-separated whole numbers, each at least `lowest`."""

    name = "numbers"

    def __init__(self, lowest: int = 1) -> None:
        self._lowest = lowest

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Them, as given."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of whole numbers such as 1000,10000", param, ctx)
        if min(numbers) < self._lowest:
            self.fail(f"{min(numbers)} is too low; the least is {self._lowest}", param, ctx)
        return numbers
