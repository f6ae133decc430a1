"""A plugin of pytest: kazoo's suite, unmodified, on servers that the suite does not know how to start.

ORDINAL_KAZOO_RESULTS is a file, to which the outcome of every test is written, as one JSON object a line.
ORDINAL_KAZOO_SERVERS is a JSON list of {"port": ..., "command": [...]}: the servers that clients are told of.
Without it the suite starts servers of its own, by the `java` that is on the PATH.
"""

import atexit
import json
import os
import socket
import subprocess
import time

import kazoo.testing.harness

STARTING_SECONDS_MAX = 60
STARTING_PAUSE_SECONDS = 0.05
STOPPING_SECONDS_MAX = 20


class Server:
    def __init__(self, port, command):
        self.client_port = port
        self.address = "127.0.0.1:%d" % port
        self._command = command
        self._process = None

    @property
    def running(self):
        return self._process is not None

    def run(self):
        if self.running:
            return
        # The standard output is pytest's.
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + STARTING_SECONDS_MAX
        while not self._accepts():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server on port %d does not start" % self.client_port)
            time.sleep(STARTING_PAUSE_SECONDS)

    def _accepts(self):
        try:
            socket.create_connection(("127.0.0.1", self.client_port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        if not self.running:
            return
        self._process.terminate()
        try:
            self._process.wait(STOPPING_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Cluster(list):
    def start(self):
        for server in self:
            server.run()

    def stop(self):
        for server in self:
            server.stop()

    # The suite's own cluster has these, too. The data is not this class's to remove.
    terminate = stop
    reset = stop


def _serve(servers):
    cluster = Cluster(Server(**one) for one in servers)
    atexit.register(cluster.stop)
    cluster.start()
    kazoo.testing.harness.get_global_cluster = lambda: cluster


if "ORDINAL_KAZOO_SERVERS" in os.environ:
    _serve(json.loads(os.environ["ORDINAL_KAZOO_SERVERS"]))

RESULTS = open(os.environ["ORDINAL_KAZOO_RESULTS"], "w", buffering=1)
OUTCOMES = {}


def pytest_runtest_logreport(report):
    # A test has three phases; its outcome is that of the first that does not pass.
    if OUTCOMES.get(report.nodeid, "passed") == "passed":
        OUTCOMES[report.nodeid] = report.outcome
    if report.when == "teardown":
        outcome = OUTCOMES.pop(report.nodeid)
        RESULTS.write(json.dumps({"test": report.nodeid, "outcome": outcome}) + "\n")
