"""Loads the kernel as no notebook should, and prints what it costs as a table.

    make load                      everything
    bench/load.py output stalled   some of it, by the names in LOADS

Times are those of a front-end; memory is the resident set, highest while the
load lasts unless it says otherwise. A line that starts with "!" is a failure.
"""

import argparse
import pathlib
import socket
import statistics
import sys
import threading
import time
from queue import Empty

import psutil
from jupyter_client.manager import KernelManager

LIMIT = 300  # seconds for one cell
MB = 1 << 20
failures = []


def row(what, value):
    print(f"| {what} | {value} |", flush=True)


def check(ok, what):
    if not ok:
        failures.append(what)
        print(f"! {what}", flush=True)


class Kernel:
    """A kernel with one front-end that reads everything."""

    def __init__(self, name):
        self.km = KernelManager(kernel_name=name)
        self.km.start_kernel()
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=LIMIT)
        self.process = psutil.Process(self.km.provisioner.process.pid)
        self.run("1")

    def close(self):
        self.kc.stop_channels()
        self.km.shutdown_kernel()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, code, watch=None, timeout=LIMIT):
        """Runs a cell; returns seconds to idle, the reply's status, and outputs."""
        begin = time.perf_counter()
        msg_id = self.kc.execute(code, allow_stdin=False)
        outputs = []
        while True:
            msg = self.kc.get_iopub_msg(timeout=timeout)
            if msg["parent_header"].get("msg_id") != msg_id:
                continue
            if msg["msg_type"] == "status":
                if msg["content"]["execution_state"] == "idle":
                    break
                continue
            outputs.append(msg)
        seconds = time.perf_counter() - begin
        while True:
            reply = self.kc.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == msg_id:
                return seconds, reply["content"]["status"], outputs

    def memory(self):
        """(kernel, its processes), in MB."""
        def rss(p):
            try:
                return p.memory_info().rss / MB
            except psutil.NoSuchProcess:
                return 0.0
        return rss(self.process), sum(rss(p) for p in self.process.children(recursive=True))


class Peak(threading.Thread):
    """The highest memory of a kernel while a with block lasts."""

    def __init__(self, kernel):
        super().__init__(daemon=True)
        self.kernel, self.peak, self.over = kernel, (0.0, 0.0), threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.wait(0.02):
            self.peak = tuple(max(a, b) for a, b in zip(self.peak, self.kernel.memory()))


def text(outputs, name="stdout"):
    return "".join(m["content"]["text"] for m in outputs
                   if m["msg_type"] == "stream" and m["content"]["name"] == name)


def cells(options):
    """Many cells in one session."""
    with Kernel(options.kernel) as k:
        begin, times = k.memory(), []
        for i in range(options.cells):
            seconds, status, _ = k.run(f"x{i} := {i}")
            check(status == "ok", f"cell {i} ends with {status}")
            times.append(1000 * seconds)
        end = k.memory()
        _, _, out = k.run(f"fmt.Println(x0 + x{options.cells - 1})")
        check(text(out) == f"{options.cells - 1}\n", f"the values are {text(out)!r}")
        n = f"{options.cells:,} cells that declare a variable"
        row(f"{n}: median of the first 100, ms", f"{statistics.median(times[:100]):.1f}")
        row(f"{n}: median of the last 100, ms", f"{statistics.median(times[-100:]):.1f}")
        row(f"{n}: slowest, ms", f"{max(times):.0f}")
        row(f"{n}: kernel grows by, kB a cell", f"{1024 * (end[0] - begin[0]) / options.cells:.1f}")
        row(f"{n}: worker grows by, kB a cell", f"{1024 * (end[1] - begin[1]) / options.cells:.1f}")


def output(options):
    """A gigabyte of text from one cell."""
    for what, code in {
        "in lines": 'line := strings.Repeat("o", 63)\nfor range 1 << 24 {\n\tfmt.Println(line)\n}',
        "in one call": 'fmt.Print(strings.Repeat("o", 1<<30))',
        "by the builtin println": 'line := strings.Repeat("o", 63)\nfor range 1 << 24 {\n\tprintln(line)\n}',
    }.items():
        with Kernel(options.kernel) as k:
            with Peak(k) as p:
                seconds, status, out = k.run(code)
            shown = len(text(out)) + len(text(out, "stderr"))
            check(status == "ok", f"1 GB of output {what} ends with {status}")
            check("were left out" in text(out, "stderr"), f"1 GB of output {what}: nothing says what was left out")
            row(f"1 GB of output {what}: s", f"{seconds:.1f}")
            row(f"1 GB of output {what}: sent to the front-end, MB", f"{shown / MB:.1f}")
            row(f"1 GB of output {what}: kernel / worker at most, MB", f"{p.peak[0]:.0f} / {p.peak[1]:.0f}")


def goroutines(options):
    """Ten thousand goroutines that print at once."""
    with Kernel(options.kernel) as k, Peak(k) as p:
        seconds, status, out = k.run(
            "var wg sync.WaitGroup\nfor i := range 10_000 {\n\twg.Go(func() {\n\t\tfor j := range 10 {\n"
            '\t\t\tfmt.Println("goroutine", i, "line", j)\n\t\t}\n\t})\n}\nwg.Wait()')
        lines = text(out).splitlines()
        check(status == "ok" and len(lines) == 100_000 and len(set(lines)) == 100_000,
              f"{len(lines)} lines of 100,000 arrive whole, {status}")
    row("10,000 goroutines print 10 lines each: s", f"{seconds:.2f}")
    row("10,000 goroutines print 10 lines each: kernel / worker at most, MB", f"{p.peak[0]:.0f} / {p.peak[1]:.0f}")


def displays(options):
    """500 displays a second for ten seconds."""
    with Kernel(options.kernel) as k, Peak(k) as p:
        seconds, status, out = k.run(
            "tick := time.NewTicker(2 * time.Millisecond)\nlate := time.Duration(0)\nbegin := time.Now()\n"
            "for i := range 5000 {\n\t<-tick.C\n\tt := time.Now()\n"
            '\tdisplay.Show(display.HTML(fmt.Sprint("<b>", i, "</b>")))\n\tlate = max(late, time.Since(t))\n}\n'
            "tick.Stop()\nfmt.Println(time.Since(begin).Seconds(), late.Seconds()*1000)")
        shown = [m["content"]["data"]["text/html"] for m in out if m["msg_type"] == "display_data"]
        check(status == "ok" and shown == [f"<b>{i}</b>" for i in range(5000)], f"{len(shown)} displays of 5000 arrive")
        cell, slowest = map(float, text(out).split())
    row("500 displays a second for 10 s: displays a second in the cell", f"{5000 / cell:.0f}")
    row("500 displays a second for 10 s: slowest call of Show, ms", f"{slowest:.1f}")
    row("500 displays a second for 10 s: kernel / worker at most, MB", f"{p.peak[0]:.0f} / {p.peak[1]:.0f}")


def kernels(options):
    """Many kernels at once."""
    begin = time.perf_counter()
    made, lock = [], threading.Lock()

    def start():
        k = Kernel(options.kernel)
        with lock:
            made.append(k)
    threads = [threading.Thread(target=start) for _ in range(options.kernels)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    n = f"{options.kernels} kernels at once"
    row(f"{n}: all have run a cell after, s", f"{time.perf_counter() - begin:.1f}")
    check(len(made) == options.kernels, f"{len(made)} of {options.kernels} kernels start")
    times = []

    def work(k):
        for i in range(10):
            seconds, status, out = k.run(f"x := {i}\nfmt.Println(x * 2)")
            check(status == "ok" and text(out) == f"{2 * i}\n", f"a cell beside others ends with {status}")
            times.append(1000 * seconds)
    threads = [threading.Thread(target=work, args=(k,)) for k in made]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    times.sort()
    row(f"{n}: each runs cells, median and 95th percentile, ms",
        f"{statistics.median(times):.0f} / {times[int(0.95 * len(times))]:.0f}")
    row(f"{n}: resident, all together, MB", f"{sum(sum(k.memory()) for k in made):.0f}")
    for k in made:
        k.close()


def stalled(options):
    """Front-ends that connect and never read."""
    with Kernel(options.kernel) as k:
        deaf = k.km.client()
        deaf.session = type(deaf.session)(key=k.kc.session.key)
        iopub, shell = deaf.connect_iopub(), deaf.connect_shell()
        for s in iopub, shell:
            s.rcvhwm = 1  # and nobody ever receives
        # libzmq reads for a socket as long as its buffers have room: a plain
        # connection that is subscribed by hand does not read at all.
        raw = socket.create_connection((k.km.ip, k.km.iopub_port))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48))
        raw.sendall(b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB" + b"\x00\x01\x01")
        time.sleep(0.3)
        with Peak(k) as p:
            seconds, status, out = k.run(
                'picture := display.Bundle{Data: map[string]any{"text/html": strings.Repeat("x", 1<<20)}}\nfor range 100 {\n\tdisplay.Show(picture)\n}')
            check(status == "ok" and sum(m["msg_type"] == "display_data" for m in out) == 100,
                  f"100 MB of displays beside a front-end that does not read: {status}")
            # Requests whose replies are never read.
            for _ in range(20_000):
                deaf.session.send(shell, "kernel_info_request", {})
            answered, _, _ = k.run("2", timeout=LIMIT)
        row("front-ends that do not read: another one's 100 displays of 1 MB, s", f"{seconds:.1f}")
        row("front-ends that do not read: a cell after 20,000 requests of theirs, s", f"{answered:.1f}")
        row("front-ends that do not read: kernel at most, MB", f"{p.peak[0]:.0f}")
        raw.close()
        for s in iopub, shell:
            s.close(linger=0)


LOADS = {f.__name__: f for f in (cells, output, goroutines, displays, kernels, stalled)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("loads", nargs="*", default=list(LOADS), help=f"of {', '.join(LOADS)}")
    parser.add_argument("--kernel", default="loupe")
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--kernels", type=int, default=20)
    options = parser.parse_args()
    print("| load | measured |\n| --- | --- |")
    for name in options.loads:
        try:
            LOADS[name](options)
        except Empty:
            check(False, f"{name}: the kernel says nothing more")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
