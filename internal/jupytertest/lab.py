"""JupyterLab and Chromium for the tests that need them."""

import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import nbformat

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SCREENS = pathlib.Path(__file__).parents[2] / "dist" / "screens"
WAIT = int(os.environ.get("WAIT", 60_000))  # milliseconds; a limit for a loaded machine, no expectation

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def notebook(cells):
    """A notebook for the kernel under test."""
    return nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "loupe", "display_name": "Go (Loupe)", "language": "go"}},
        cells=[nbformat.v4.new_code_cell(code) for code in cells])


def chromium(playwright):
    """A browser that looks for nothing on the network beside the server under test."""
    if not CHROMIUM:
        raise RuntimeError("no Chromium: set CHROMIUM to the path of one")
    SCREENS.mkdir(parents=True, exist_ok=True)
    return playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)


class Lab:
    """A JupyterLab server of its own, in a folder with notebooks.

    trusted are those whose outputs it is to trust, by the names of their files.
    """

    def __init__(self, notebooks, trusted=()):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="loupe-lab-"))
        work = self.dir / "work"
        work.mkdir()
        for name, book in notebooks.items():
            nbformat.write(book, work / name)
        self.set("apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False})
        # All cells are in the page, also those far below.
        self.set("notebook-extension/tracker", {"windowingMode": "none"})
        self.token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = open(self.dir / "server.log", "wb")
        env = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER_CONFIG")}
        env |= {"JUPYTER_CONFIG_DIR": str(self.dir / "config"), "JUPYTER_RUNTIME_DIR": str(self.dir / "run"),
                "JUPYTERLAB_SETTINGS_DIR": str(self.dir / "settings"),
                "JUPYTERLAB_WORKSPACES_DIR": str(self.dir / "workspaces"), "JUPYTER_DATA_DIR": str(self.dir / "data")}
        for name in trusted:
            subprocess.run([sys.executable, "-m", "jupyter", "trust", str(work / name)], check=True, env=env, capture_output=True)
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
             f"--port={self.url.rsplit(':', 1)[1]}", "--ServerApp.port_retries=0",
             f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={work}"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, env=env, cwd=work)
        self.wait()

    def set(self, plugin, values):
        file = self.dir / "settings" / "@jupyterlab" / (plugin + ".jupyterlab-settings")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))

    def address(self, name, alone=False):
        """A notebook among others, or alone: without those that were open before."""
        return f"{self.url}/{'doc' if alone else 'lab'}/tree/{name}?token={self.token}"

    def wait(self):
        end = time.monotonic() + WAIT / 1000
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/api", timeout=5):
                    return
            except OSError:
                if self.server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("JupyterLab does not start:\n" + (self.dir / "server.log").read_text())
                time.sleep(0.2)

    def close(self):
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
