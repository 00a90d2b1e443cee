"""PromQL as Prometheus itself reads it."""

import promql_parser as promql


def parse(expression: str) -> promql.Expr:
    """Its tree.

    Raises:
        AssertionError: it is no PromQL.
    """
    try:
        return promql.parse(expression)
    except ValueError as error:
        raise AssertionError(f"{expression}: {error}") from error


def selected(expression: str) -> set[str]:
    """Names of all series that it asks for."""
    found: set[str] = set()

    def visit(node: promql.Expr) -> None:
        if isinstance(node, promql.VectorSelector):
            found.add(node.name or "")

    promql.walk(parse(expression), visit)
    return found
