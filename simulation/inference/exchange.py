"""Forecasts and posteriors as other libraries of the field hold them: xarray and ArviZ, each where it is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..domain.columns import SHARE, TABLES
from ..domain.messages import Message, Refusal
from ..domain.parameters import ParameterKey
from ..domain.status import LEVELS
from ..engine.ensemble import Ensemble

if TYPE_CHECKING:
    import xarray as xr


def needed(package: str) -> Any:
    """Return a package that only this needs.

    Raises
    ------
    Refusal
        Where it is not installed, with what installs it.
    """
    try:
        return import_module(package)
    except ImportError as error:
        message = Message("this needs the package {package}: pip install {package}", {"package": package})
        raise Refusal(message) from error


def dataset_of(ensemble: Ensemble, counted: Sequence[Mapping[str, NDArray[Any]]]) -> xr.Dataset:
    """Return an ensemble as a Dataset, as `Forecast.to_xarray` says.

    Parameters
    ----------
    counted
        Of each district name -> shape (D, R, Y).
    """
    xarray = needed("xarray")
    scenario, effort = ensemble.scenario, ensemble.effort
    several = len(scenario.districts) > 1
    kept = np.stack([outcome.kept for outcome in ensemble.outcomes], axis=-1)
    where, last = (..., slice(None) if several else 0), ("district_code",) if several else ()

    def over_districts(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Return the arrays of all districts as one, districts last; NaN where a simulation is not kept."""
        found = np.stack(arrays, axis=-1)
        if not kept.all():
            found = np.where(kept.reshape(*kept.shape[:2], *[1] * (found.ndim - 3), kept.shape[2]), found, np.nan)
        return found[where]

    axes = ("draw", "replicate", "year")
    variables = {
        name: ((*axes, *last), over_districts([each[name] for each in counted]), _told_of(name)) for name in counted[0]
    }
    variables["kept"] = ((*axes[:2], *last), kept[where], {"long_name": "whether the simulation counts"})
    names = [plan.name for plan in scenario.interventions]
    if names:
        reached = over_districts([outcome.assisted for outcome in ensemble.outcomes])
        told = {"long_name": "villages that the intervention reaches in the year", "units": "villages"}
        variables["assisted"] = ((*axes, "intervention", *last), reached, told)
    drawn, codes = parameter_variables(scenario.parameters.sample(ensemble.seed, effort.draws), ("draw",))
    variables |= drawn
    if scenario.parameters.matrix is not None:
        matrix = scenario.parameters.sample_matrix(ensemble.seed, effort.draws)
        told = {"long_name": "yearly chance of each next status", "units": "1"}
        variables["matrix"] = (("draw", "status", "next_status"), matrix, told)
    coordinates = {
        "draw": np.arange(effort.draws),
        "replicate": np.arange(effort.replicates),
        "year": np.array(scenario.years),
        **({"district_code": [one.district_code for one in scenario.districts]} if several else {}),
        **({"intervention": names} if names else {}),
        **codes,
        **({"status": [*LEVELS], "next_status": [*LEVELS]} if "matrix" in variables else {}),
    }
    district = {} if several else {"district_code": scenario.districts[0].district_code}
    about = {"scenario": scenario.name, "origin": scenario.origin, "seed": ensemble.seed, **district}
    dataset: xr.Dataset = xarray.Dataset(variables, coordinates, about)
    return dataset


def _told_of(name: str) -> dict[str, str]:
    found = TABLES["ensemble"].of(name)
    if found is None:
        return {}
    column, meaning = found
    unit = "1" if column.unit == SHARE else str(column.unit or "")
    return {"long_name": str(meaning), **({"units": unit} if unit else {})}


def parameter_variables(
    draws: Mapping[ParameterKey, NDArray[Any]], axes: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return parameters as variables, by key, and their coordinates.

    What is known of single villages and districts (`OF_PLACES`) becomes one variable a kind, over their codes besides.

    Parameters
    ----------
    draws
        Key -> array with these axes.
    """
    of_places: dict[str, dict[str, NDArray[Any]]] = {}
    variables, coordinates = dict[str, Any](), dict[str, Any]()
    for key, values in draws.items():
        if key.is_of_a_place:
            of_places.setdefault(key.kind, {})[key.of] = values
        else:
            variables[str(key)] = (axes, values, {"long_name": f"parameter {key} ({key.scale})", "units": "1"})
    for kind, places in of_places.items():
        told = {"long_name": f"{kind}: draws of a calibration"}
        variables[kind] = ((*axes, f"{kind}_code"), np.stack([*places.values()], axis=-1), told)
        coordinates[f"{kind}_code"] = [*places]
    return variables, coordinates


def inference_data(groups: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]], about: Mapping[str, Any]) -> Any:
    """Return groups of variables, with their coordinates, as the installed ArviZ holds them."""
    arviz, xarray = needed("arviz"), needed("xarray")
    datasets = {name: xarray.Dataset(*group, dict(about)) for name, group in groups.items()}
    for name, dataset in datasets.items():
        numbered = {axis: np.arange(dataset.sizes[axis]) for axis in ("chain", "draw") if axis in dataset.sizes}
        datasets[name] = dataset.assign_coords(numbered)
    if int(arviz.__version__.split(".")[0]) < 1:
        return arviz.InferenceData(**datasets)
    return xarray.DataTree.from_dict(datasets)
