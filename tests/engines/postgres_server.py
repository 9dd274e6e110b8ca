"""A PostgreSQL server of one's own: on loopback, on a free port, in a folder of its own, gone at the end.

    with postgres_server.started() as server:
        server.run("SELECT 1", output_file)

The server ends with the process that started it, however that ends. As root it runs as "postgres", in a
folder that this user can reach.
"""

import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

STARTING = 60  # seconds


class NotHere(Exception):
    """PostgreSQL, or what is needed to start it, is not on this machine."""


def programs():
    """Folder of initdb and postgres."""
    found = [os.path.dirname(path) for path in (shutil.which("initdb"),) if path]
    found += sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]), reverse=True)
    found = [folder for folder in found if os.access(os.path.join(folder, "postgres"), os.X_OK)]
    if not found or not shutil.which("psql"):
        raise NotHere("PostgreSQL is not installed")
    return found[0]


def owner():
    """Who the server runs as, where that is somebody else: root may not run one."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise NotHere('there is no user "postgres" to run a server as') from None


def as_owner(user):
    if not shutil.which("setpriv"):
        raise NotHere("setpriv is not installed")
    if user is None:
        return ["setpriv"]
    return ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, folder, prefix, binaries):
        self.port = free_port()
        self.log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        settings = ["fsync=off", "unix_socket_directories=", "listen_addresses=127.0.0.1"]
        self.process = subprocess.Popen(
            [*prefix, "--pdeathsig", "INT", os.path.join(binaries, "postgres"), "-D", os.path.join(folder, "data"),
             "-p", str(self.port), *(part for setting in settings for part in ("-c", setting))],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/")

    def run(self, sql, output=subprocess.DEVNULL, *options):
        """Runs SQL by psql; raises with the server's words where it fails."""
        done = subprocess.run(
            ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres",
             "-v", "ON_ERROR_STOP=1", *options, "-f", "-"],
            input=sql.encode(), stdout=output, stderr=subprocess.PIPE, env={**os.environ, "PGCLIENTENCODING": "UTF8"})
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace")[:2000].strip())

    def wait(self):
        end = time.monotonic() + STARTING
        while self.process.poll() is None and time.monotonic() < end:
            try:
                self.run("SELECT 1")
                return True
            except RuntimeError:
                time.sleep(0.1)
        return False

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


@contextlib.contextmanager
def started():
    binaries, user = programs(), owner()
    prefix = as_owner(user)
    folder = tempfile.mkdtemp(prefix="assay-postgres-")
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        subprocess.run(
            [*prefix, os.path.join(binaries, "initdb"), "-D", os.path.join(folder, "data"), "-A", "trust", "-U",
             "postgres", "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd="/")
        for _ in range(3):  # somebody else may have taken the port
            server = Server(folder, prefix, binaries)
            try:
                if server.wait():
                    yield server
                    return
            finally:
                server.stop()
        with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError("PostgreSQL does not start: " + log.read()[-1000:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
