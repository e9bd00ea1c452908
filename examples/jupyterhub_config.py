"""JupyterHub for a class that explores networks: limits by group, and nobody culled at work.

    jupyterhub --config jupyterhub_config.py

docs/administrators.md of brian-sweep-widget has all commands that lead here. People log
in as users of this machine, whoever is in its groups "students" and "teachers"; how they
log in, and how their servers start, is your choice: see JupyterHub's own documentation
of authenticators and spawners.
"""

import grp
import os
import pwd
import sys

c = get_config()  # noqa: F821 - JupyterHub's

# Nobody else is let in.
c.LocalAuthenticator.allowed_groups = {"students", "teachers"}

# Who may ask for more: members of the machine's group "teachers".
STUDENT = {
    "BRIAN_SWEEP_MAX_NEURONS": "20000",
    "BRIAN_SWEEP_MAX_JOBS": "2000",
    "BRIAN_SWEEP_MAX_WORKERS": "2",
    "BRIAN_SWEEP_MAX_JOB_SECONDS": "600",
    "BRIAN_SWEEP_MAX_STORE_MB": "500",
}
TEACHER = {
    "BRIAN_SWEEP_MAX_NEURONS": "200000",
    "BRIAN_SWEEP_MAX_JOBS": "20000",
    "BRIAN_SWEEP_MAX_WORKERS": "8",
    "BRIAN_SWEEP_MAX_JOB_SECONDS": "3600",
    "BRIAN_SWEEP_MAX_STORE_MB": "5000",
}


def is_teacher(name):
    """Tell whether a user of this machine is in its group of teachers."""
    groups = os.getgrouplist(name, pwd.getpwnam(name).pw_gid)
    return grp.getgrnam("teachers").gr_gid in groups


def set_limits(spawner):
    """Give a server the limits of its user's group."""
    spawner.environment.update(TEACHER if is_teacher(spawner.user.name) else STUDENT)


c.Spawner.pre_spawn_hook = set_limits
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # s; a class begins all at once

# The widget's limits keep people from mistakes; these keep the machine from people, with
# spawners that use control groups (SystemdSpawner, DockerSpawner, KubeSpawner): workers are
# as many as the quota has cores, and simulations wait while memory is short. JupyterHub's
# default, LocalProcessSpawner, does not look at them.
c.Spawner.cpu_limit = 2
c.Spawner.mem_limit = "4G"

# Servers that nobody uses are ended after an hour. A sweep in the background is use: while
# simulations run, its kernel says so, also when its page is closed. Servers tell the hub
# every five minutes, so a much shorter time would end them between two words of theirs.
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
    }
]

# The same for single kernels, also of pages that are still open.
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_interval=300",
    "--MappingKernelManager.cull_connected=True",
]
