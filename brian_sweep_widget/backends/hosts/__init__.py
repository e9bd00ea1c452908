"""Other computers: who they are, how they are reached, and what travels."""

from brian_sweep_widget.backends.hosts.cluster import Cluster, read_cluster
from brian_sweep_widget.backends.hosts.credentials import (
    Credentials,
    CredentialsError,
    credentials_path,
    make_credentials,
    read_credentials,
)
from brian_sweep_widget.backends.hosts.host import Host, HostLostError
from brian_sweep_widget.backends.hosts.known import known_clusters
from brian_sweep_widget.backends.hosts.parcel import Parcel, Reply, name_of
from brian_sweep_widget.backends.hosts.roster import Roster, Standing, roster_of
from brian_sweep_widget.backends.hosts.tally import Tally, Traffic

__all__ = [
    "Cluster",
    "Credentials",
    "CredentialsError",
    "Host",
    "HostLostError",
    "Parcel",
    "Reply",
    "Roster",
    "Standing",
    "Tally",
    "Traffic",
    "credentials_path",
    "known_clusters",
    "make_credentials",
    "name_of",
    "read_cluster",
    "read_credentials",
    "roster_of",
]
