"""Questions to a module that Airflow's own Python runs: JSON in, JSON out."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def answer(python: Path, module: str, *arguments: str, question: Any, environment: Mapping[str, str]) -> Any:
    """What it prints last, of a run that ends well."""
    done = subprocess.run(
        [python, "-m", module, *arguments],
        env=environment,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
