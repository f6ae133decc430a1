"""A plugin of pytest: kazoo's suite, unmodified, on servers that this file starts instead of the suite's own.

ORDINAL_KAZOO_SERVERS is a JSON list of {"port": ..., "command": [...]}: the servers that a client is told of.
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
        # Not the output of pytest, which is read by its reporter.
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

    # The names of the suite's own cluster for what a server with its data elsewhere needs no more than this.
    terminate = stop
    reset = stop


CLUSTER = Cluster(Server(**one) for one in json.loads(os.environ["ORDINAL_KAZOO_SERVERS"]))
CLUSTER.start()
atexit.register(CLUSTER.stop)
kazoo.testing.harness.get_global_cluster = lambda: CLUSTER
