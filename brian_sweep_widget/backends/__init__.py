"""Where jobs run: joblib backends, and what a worker process owes its parent."""

from brian_sweep_widget.backends.admission import ADMISSION, Turn
from brian_sweep_widget.backends.cores import allowed_cores
from brian_sweep_widget.backends.crew import CrewBackend
from brian_sweep_widget.backends.errand import Errand
from brian_sweep_widget.backends.foreign import DaskClient, ForeignBackend, chosen_backend
from brian_sweep_widget.backends.guard import Ended, stoppable
from brian_sweep_widget.backends.hosts import (
    Cluster,
    Credentials,
    CredentialsError,
    Host,
    HostLostError,
    Parcel,
    Reply,
    Roster,
    Standing,
    Tally,
    Traffic,
    credentials_path,
    known_clusters,
    make_credentials,
    name_of,
    read_cluster,
    read_credentials,
    roster_of,
)
from brian_sweep_widget.backends.local import Died, LocalBackend
from brian_sweep_widget.backends.pool import LocalPool, local_pool
from brian_sweep_widget.backends.token import Label, Place, StopToken

__all__ = [
    "ADMISSION",
    "Cluster",
    "Credentials",
    "CredentialsError",
    "CrewBackend",
    "DaskClient",
    "Died",
    "Ended",
    "Errand",
    "ForeignBackend",
    "Host",
    "HostLostError",
    "Label",
    "LocalBackend",
    "LocalPool",
    "Parcel",
    "Place",
    "Reply",
    "Roster",
    "Standing",
    "StopToken",
    "Tally",
    "Traffic",
    "Turn",
    "allowed_cores",
    "chosen_backend",
    "credentials_path",
    "known_clusters",
    "local_pool",
    "make_credentials",
    "name_of",
    "read_cluster",
    "read_credentials",
    "roster_of",
    "stoppable",
]
