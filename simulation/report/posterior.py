"""The file of draws that a calibration leaves for scenarios (`transition.parameters_from`).

Knows its columns and what it says of itself; must not know how draws were found.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..inference.calibration.posterior import Posterior
from ..inputs.posterior import METADATA_KEY
from .files import write_parquet


def write_posterior(posterior: Posterior, path: str | Path) -> Path:
    """Write one column per uncertain parameter and one row per draw, whole, and return the path.

    The file names the data behind it (`basis`) and the parameters that they bore on (`learned`): a scenario takes
    those from it, and keeps its own numbers and priors for the others.
    """
    path = Path(path)
    said = {
        "basis": list(posterior.basis),
        "learned": list(posterior.learned),
        "seed": posterior.seed,
        "effective_sample_size": round(posterior.effective_sample_size, 1),
    }
    columns = {str(key): values for key, values in posterior.draws.items()}
    write_parquet(path, [columns], {METADATA_KEY: json.dumps(said).encode()})
    return path
