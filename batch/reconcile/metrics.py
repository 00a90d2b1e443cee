"""What is compared of a window's state: the integers that `merge` adds.

They are exact in both layers, and differ by just what one of them lacks. A time, a place, a least or a
greatest is no sum, and left out; so is what is no integer.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec import inspect

Vector = tuple[int, ...]
"""A state's metrics, in their order."""


def metrics(state: type[Any]) -> tuple[str, ...]:
    """Names of a state's metrics.

    Raises:
        TypeError: it is no struct.
    """
    info = inspect.type_info(state)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{state.__name__} is no struct")
    whole = [field.name for field in info.fields if _is_integer(field.type)]
    both = state(**dict.fromkeys(whole, 1)).merge(state(**dict.fromkeys(whole, 2)))
    return tuple(name for name in whole if getattr(both, name) == 3)


def reader(names: tuple[str, ...]) -> Callable[[Any], Vector]:
    """What gives the metrics of these names of a state."""
    if len(names) == 1:
        only = attrgetter(*names)
        return lambda state: (only(state),)
    several: Callable[[Any], Vector] = attrgetter(*names)
    return several if names else lambda _: ()


def plus(left: Vector, right: Vector) -> Vector:
    """Each metric's sum."""
    return tuple(one + other for one, other in zip(left, right, strict=True))


def minus(left: Vector, right: Vector) -> Vector:
    """Each metric's difference."""
    return tuple(one - other for one, other in zip(left, right, strict=True))


def _is_integer(type_: inspect.Type) -> bool:
    if isinstance(type_, inspect.Metadata):
        return _is_integer(type_.type)
    return isinstance(type_, inspect.IntType)
