"""Dask Gateway beside JupyterHub: each user starts clusters of their own, and reaches no others.

    dask-gateway-server --config dask_gateway_config.py

Workers need brian-sweep-widget, in the same version as the kernels. In a notebook:

    from dask_gateway import Gateway
    cluster = Gateway("http://gateway.example.org:8000", auth="jupyterhub").new_cluster()
    cluster.adapt(minimum=0, maximum=10)
    SweepWidget(cluster=cluster)

The cluster stays yours: close it when the class is over. This file starts clusters
on the gateway's own machine; for Slurm, PBS, Hadoop or Kubernetes only `backend_class`
is another one.
"""

import sys

c = get_config()  # noqa: F821 - the gateway's

# Each cluster runs as the user who started it. Where all users are one, for a try on
# your own machine, UnsafeLocalBackend needs neither root nor sudo.
c.DaskGateway.backend_class = "dask_gateway_server.backends.local.LocalBackend"

# The hub must know it as one of its services, with a token that both have.
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.JupyterHubAuthenticator"

# Newer versions of Dask have no commands dask-scheduler and dask-worker any more.
c.ClusterConfig.scheduler_cmd = [sys.executable, "-m", "dask", "scheduler"]
c.ClusterConfig.worker_cmd = [sys.executable, "-m", "dask", "worker"]

# Simulations at once on one worker, and what a class may have in all. The idle time ends
# clusters that somebody forgot; one that computes, or has a connected kernel, is not idle.
c.ClusterConfig.worker_cores = 2
c.ClusterConfig.worker_memory = "4 G"
c.ClusterConfig.cluster_max_workers = 10
c.ClusterConfig.idle_timeout = 3600
