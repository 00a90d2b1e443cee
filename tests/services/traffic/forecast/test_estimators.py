"""Each estimator alone: what it learns, and that its example is true."""

import doctest
import importlib
import random

import numpy as np
import pytest

from services.traffic.forecast.recursive_least_squares import RecursiveLeastSquares

NAMES = ("bias", "level", "rain")


def draw(count: int, seed: int = 1) -> list[tuple[dict[str, float], float]]:
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        x = {"bias": 1.0, "level": chance.gauss(0, 1), "rain": chance.gauss(0, 1)}
        found.append((x, 3.0 - 2.0 * x["level"] + 0.5 * x["rain"] + chance.gauss(0, 0.3)))
    return found


@pytest.mark.parametrize("name", ["recursive_least_squares", "daily_profile", "conformal_interval"])
def test_the_example_is_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"services.traffic.forecast.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_without_forgetting_it_is_ridge_regression() -> None:
    model = RecursiveLeastSquares(size=3, forgetting=1.0, delta=1e9, prior=100.0)
    data = draw(200)
    for x, y in data:
        model.learn_one(x, y)
    known = np.array([list(x.values()) for x, _ in data])
    targets = np.array([y for _, y in data])
    ridge = np.linalg.solve(known.T @ known + np.eye(3) / 100, known.T @ targets)
    assert model.weights == pytest.approx(ridge, rel=1e-6)


def test_an_outlier_in_twenty_hardly_moves_it() -> None:
    model = RecursiveLeastSquares(size=3, delta=1.0)
    for number, (x, y) in enumerate(draw(2_000)):
        model.learn_one(x, y + 100.0 * (number % 20 == 0))
    assert model.weights == pytest.approx([3.0, -2.0, 0.5], abs=0.4)


def test_it_follows_a_change() -> None:
    model = RecursiveLeastSquares(size=3, forgetting=0.99)
    for x, y in draw(1_000):
        model.learn_one(x, y)
    for x, y in draw(1_000, seed=2):
        model.learn_one(x, -y)
    assert model.weights == pytest.approx([-3.0, 2.0, -0.5], abs=0.1)


def test_a_feature_that_rests_leaves_the_covariance_bounded_and_symmetric() -> None:
    model = RecursiveLeastSquares(size=3, forgetting=0.9)
    for x, y in draw(2_000):
        model.learn_one({**x, "rain": 0.0}, y)
    assert (model.covariance == model.covariance.T).all()
    assert model.covariance.diagonal().max() <= 1.0 + 1e-9
    assert np.linalg.eigvalsh(model.covariance).min() > 0
    model.learn_one({"bias": 1.0, "level": 0.0, "rain": 5.0}, 10.0)
    assert abs(model.predict_one({"bias": 1.0, "level": 0.0, "rain": 5.0})) < 20.0


def test_it_goes_on_from_its_state_to_the_last_bit() -> None:
    model = RecursiveLeastSquares(size=3)
    data = draw(100)
    for x, y in data[:50]:
        model.learn_one(x, y)
    restored = RecursiveLeastSquares(size=3).restore(*model.state())
    for x, y in data[50:]:
        model.learn_one(x, y)
        restored.learn_one(x, y)
    assert restored.state() == model.state()


def test_a_state_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="weights: 2 features instead of 3"):
        RecursiveLeastSquares(size=3).restore(*RecursiveLeastSquares(size=2).state())
