"""Clusters that an administrator, or a person, has given names in a file of settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets as t
from traitlets.config import Configurable

from brian_sweep_widget.configuration import ConfigError, read_section

_ALLOWED = "an address such as 'tls://host:8786', or a list of hosts such as ['computer1']"


class SweepClusters(Configurable):
    """Names as a config file gives them: ``c.SweepClusters.known = {"Room 12": ["pc1"]}``."""

    known = t.Dict(help="Where sweeps can run, by the name that people see.").tag(config=True)


def known_clusters() -> Mapping[str, Any]:
    """Give what has a name here, as `Cluster` takes it; of two the last file's holds.

    Raises
    ------
    ConfigError
        If a file cannot be read, or says something that is no cluster.
    """
    found: dict[str, Any] = {}
    for path, settings in read_section("SweepClusters"):
        unknown = set(settings) - set(SweepClusters.class_traits(config=True))
        if unknown:
            msg = f"{path}: SweepClusters.{min(unknown)} is unknown (allowed: known)"
            raise ConfigError(msg)
        known = settings.get("known", {})
        if not isinstance(known, Mapping):
            msg = f"{path}: SweepClusters.known = {known!r} is no dict of names and clusters"
            raise ConfigError(msg)
        for name, where in known.items():
            hosts = where if isinstance(where, list | tuple) else [where]
            if name in {"", "*"} or not hosts or not all(isinstance(one, str) for one in hosts):
                msg = (
                    f"{path}: SweepClusters.known: {name!r}: {where!r} is no cluster with a name "
                    f"(allowed: {_ALLOWED})"
                )
                raise ConfigError(msg)
            found[name] = where
    return found
