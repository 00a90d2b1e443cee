"""Holds PromQL to the catalogue of metrics: Prometheus answers a wrong name with nothing, not an error."""

import re
from functools import cache

import promql_parser as promql

from citystream.contracts.metric import Metric, Unit
from citystream.contracts.metrics import CATALOGUE
from tests.compose.alerting import RULES
from tests.harness.promql import parse

Labels = frozenset[str]

TARGET = frozenset({"job", "process", "instance"})
"""What Prometheus adds of whom it scrapes (compose/prometheus/prometheus.yml)."""

OWN: dict[str, Labels] = {
    "up": TARGET,
    "ALERTS": frozenset({"alertname", "alertstate", "severity"}),
}
"""Prometheus's own series."""

EXPORTERS = ("node_", "redis_", "kafka_", "elasticsearch_")
"""Whose metrics are in no catalogue of ours."""

HISTOGRAM = {"_bucket": frozenset({"le"}), "_sum": frozenset[str](), "_count": frozenset[str]()}
SETS = ("and", "or", "unless")
CHOOSE = ("topk", "bottomk", "limitk", "limit_ratio")


def check(expression: str, shown: str = "") -> Labels:
    """Fail unless names, labels and joins can be; the labels of the result.

    `shown` is a text with labels in it: a legend (`{{service}}`) or an annotation (`{{ $labels.service }}`).
    """
    labels = _labels(parse(expression))
    legend = re.findall(r"{{\s*(\w+)\s*}}", shown)
    annotation = re.findall(r"\$labels\.(\w+)", shown)
    _within({*legend, *annotation}, labels, shown)
    return labels


def metric_of(series: str) -> Metric | None:
    """Whose series it is; None where the catalogue has none such."""
    for ending in HISTOGRAM:
        known = CATALOGUE.get(series.removesuffix(ending))
        if series.endswith(ending) and known and known.kind == "histogram":
            return known
    known = CATALOGUE.get(series)
    return known if known and known.kind != "histogram" else None


def own_unit(expression: str) -> Unit | None:
    """The metric's, where the value is its own: selected, and at most added up or the least or greatest."""
    node: object = parse(expression)
    while isinstance(node, promql.AggregateExpr) and str(node.op) in ("sum", "min", "max", "avg"):
        node = node.expr
    if not isinstance(node, promql.VectorSelector):
        return None
    known = metric_of(node.name or "")
    return known.unit if known else None


def bounds(expression: str) -> set[float]:
    """Numbers that something is compared with."""
    found: set[float] = set()

    def visit(node: promql.Expr) -> None:
        if isinstance(node, promql.BinaryExpr) and str(node.op) in ("==", ">", ">=", "<", "<="):
            found.update(side.val for side in (node.lhs, node.rhs) if isinstance(side, promql.NumberLiteral))

    promql.walk(parse(expression), visit)
    return found


def _within(used: set[str], labels: Labels, where: object) -> None:
    assert used <= labels, f"{where}: {sorted(used - labels)} is none of {sorted(labels)}"


def _labels(node: object) -> Labels:
    """Those that its result has; a scalar has none."""
    match node:
        case promql.VectorSelector():
            return _of_series(node)
        case promql.MatrixSelector():
            return _of_series(node.vector_selector)
        case promql.AggregateExpr():
            return _of_aggregate(node)
        case promql.BinaryExpr():
            return _of_binary(node)
        case promql.Call():
            return _of_call(node)
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            return _labels(node.expr)
        case promql.NumberLiteral() | promql.StringLiteral():
            return frozenset()
    raise AssertionError(f"{node}: not known here")


def _of_series(node: promql.VectorSelector) -> Labels:
    name = node.name or ""
    labels = OWN.get(name, _recorded().get(name) if ":" in name else None)
    if labels is None:
        known = metric_of(name)
        assert known, f"{node}: no metric of the catalogue (citystream/contracts/metrics.py)"
        ending = name.removeprefix(known.name)
        labels = TARGET | frozenset(known.labels) | HISTOGRAM.get(ending, frozenset())
    _within({one.name for one in node.matchers.matchers}, labels, node)
    return labels


@cache
def _recorded() -> dict[str, Labels]:
    """Series that rules make of others."""
    return {rule["record"]: check(rule["expr"]) for rule in RULES if "record" in rule}


def _of_aggregate(node: promql.AggregateExpr) -> Labels:
    inner = _labels(node.expr)
    named = frozenset(node.modifier.labels) if node.modifier else frozenset()
    _within(set(named), inner, node.prettify())
    if str(node.op) in CHOOSE:
        return inner
    if node.modifier and node.modifier.type == promql.AggModifierType.Without:
        return inner - named
    return named


def _of_call(node: promql.Call) -> Labels:
    vectors = [
        arg
        for arg, type_ in zip(node.args, node.func.arg_types, strict=False)
        if type_ in (promql.ValueType.Vector, promql.ValueType.Matrix)
    ]
    inner = _labels(vectors[0]) if vectors else frozenset()
    match node.func.name:
        case "histogram_quantile":
            _within({"le"}, inner, node.prettify())
            return inner - {"le"}
        case "label_replace" | "label_join" | "absent" | "absent_over_time":
            raise AssertionError(f"{node.prettify()}: labels made by functions are not known here")
        case "scalar" | "vector" | "time":
            return frozenset()
    return inner


def _is_scalar(node: object) -> bool:
    if isinstance(node, promql.ParenExpr | promql.UnaryExpr):
        return _is_scalar(node.expr)
    if isinstance(node, promql.BinaryExpr):
        return _is_scalar(node.lhs) and _is_scalar(node.rhs)
    if isinstance(node, promql.Call):
        return bool(node.func.return_type == promql.ValueType.Scalar)
    return isinstance(node, promql.NumberLiteral)


def _of_binary(node: promql.BinaryExpr) -> Labels:
    left, right = _labels(node.lhs), _labels(node.rhs)
    if _is_scalar(node.lhs):
        return right
    if _is_scalar(node.rhs):
        return left
    modifier = node.modifier
    matching = modifier.matching if modifier else None
    named = set(matching.labels) if matching else set()
    operator = str(node.op)
    where = node.prettify()
    if matching and matching.type == promql.LabelModifierType.Include:
        _within(named, left & right, where)
        joined = frozenset(named)
    else:
        _within(named, left | right, where)
        joined = left - named
        if operator != "or":
            assert joined == right - named, f"{where}: the sides differ in {sorted(joined ^ (right - named))}"
    if operator == "or":
        return left & right
    if operator in SETS or operator in ("==", "!=", "<", "<=", ">", ">="):
        return left
    if modifier and modifier.card == promql.VectorMatchCardinality.ManyToOne:
        _within(set(modifier.group_labels or []), right, where)
        return left | set(modifier.group_labels or [])
    if modifier and modifier.card == promql.VectorMatchCardinality.OneToMany:
        _within(set(modifier.group_labels or []), left, where)
        return right | set(modifier.group_labels or [])
    return joined
