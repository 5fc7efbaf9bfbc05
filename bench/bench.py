"""Times kernels side by side, as a front-end sees them: from the moment an
execute_request is sent until the kernel says idle.

    make bench-cells                      all kernels that are there
    make bench-cells BENCH_FLAGS=--quick  fewer repetitions

Every kernel is asked the same things in the same run: see MEASURES. Memory is
the resident set of the kernel with all its processes.
"""

import argparse
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time
from queue import Empty

import psutil
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = pathlib.Path(__file__).parents[1]
LIMIT = 120  # seconds for one cell

GO_PLOT = '''import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)
'''
# The pictures are of one size: a PNG of 640 x 480 pixels for all kernels.
GO_HISTOGRAM = '''weights := make(plotter.Values, 1000)
for i := range weights {
	weights[i] = math.Sin(float64(i)) + math.Sin(float64(7*i+%d))
}
bars, err := plotter.NewHist(weights, 30)
if err != nil {
	panic(err)
}
figure := plot.New()
figure.Title.Text = "weights"
figure.Add(bars)
writer, err := figure.WriterTo(480, 360, "png")
if err != nil {
	panic(err)
}
var picture bytes.Buffer
writer.WriteTo(&picture)
'''


class Loupe:
    name = "loupe"
    label = "Loupe"
    patience = staticmethod(lambda n: n)  # how many of n repetitions are run
    loses = False
    first = (GO_PLOT,)

    def assign(self, i):
        return f"x := {i}"

    def expression(self, i):
        return f"{i} + 1"

    def print(self, i):
        return f'fmt.Println("hello", {i})'

    def plot(self, i):
        return GO_HISTOGRAM % i + "display.PNG(picture.Bytes())"

    def figure(self, i):
        """A plot.Plot as the last expression, at two pixels a point."""
        head, _ = GO_HISTOGRAM.split("writer, err")
        return head % i + "figure"

    def output(self, i):
        return f'for range 16384 {{\n\tfmt.Println("{i % 10}" + strings.Repeat("o", 62))\n}}'

    def redefine(self, i):
        return f"func redefined(n int) int {{\n\treturn n + {i}\n}}"


class GoNB(Loupe):
    """GoNB keeps declarations and loses values; a cell's statements follow %%."""

    name = "gonb"
    label = "GoNB"
    patience = staticmethod(lambda n: min(n, 20))  # a cell takes a third of a second
    loses = True  # a picture may follow after idle: it is counted, the time is taken
    # The versions are those of Loupe: GoNB would fetch the newest.
    first = ("%noautoget",
             "!*go mod edit -require=gonum.org/v1/plot@v0.17.0 -require=gonum.org/v1/gonum@v0.17.0"
             " -require=github.com/janpfeifer/gonb@v0.10.11",
             "var started = 1")

    def imports(self, *paths):
        return "import (\n" + "".join(f'\t"{p}"\n' for p in paths) + ")\n"

    def assign(self, i):
        return f"%%\nx := {i}\n_ = x"

    def expression(self, i):
        return f"%%\nfmt.Println({i} + 1)"

    def print(self, i):
        return f'%%\nfmt.Println("hello", {i})'

    def plot(self, i):
        return (self.imports("bytes", "math", "gonum.org/v1/plot", "gonum.org/v1/plot/plotter",
                             "github.com/janpfeifer/gonb/gonbui") +
                "%%\n" + GO_HISTOGRAM % i + "gonbui.DisplayPng(picture.Bytes())")

    figure = None

    def output(self, i):
        return "%%\n" + super().output(i)


class Ipykernel:
    name = NATIVE_KERNEL_NAME
    label = "ipykernel"
    patience = staticmethod(lambda n: n)  # how many of n repetitions are run
    loses = False
    first = ("%matplotlib inline\nimport matplotlib.pyplot as plt\nimport math\nplt.rcParams['figure.dpi'] = 100",)
    figure = None

    def assign(self, i):
        return f"x = {i}"

    def expression(self, i):
        return f"{i} + 1"

    def print(self, i):
        return f'print("hello", {i})'

    def plot(self, i):
        return ("weights = [math.sin(k) + math.sin(7 * k + %d) for k in range(1000)]\n"
                "figure, axes = plt.subplots(figsize=(6.4, 4.8))\n"
                "axes.hist(weights, 30)\naxes.set_title('weights')\nplt.show()" % i)

    def output(self, i):
        return f'for _ in range(16384):\n    print("{i % 10}" + "o" * 62)'

    def redefine(self, i):
        return f"def redefined(n):\n    return n + {i}"


class Kernel:
    """A running kernel and its client."""

    def __init__(self, kind, env):
        self.kind = kind
        self.manager = KernelManager(kernel_name=kind.name)
        begin = time.perf_counter()
        self.manager.start_kernel(env=env, cwd=str(ROOT / "dist"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.client = self.manager.client()
        self.client.start_channels()
        # The first reply counts; wait_for_ready would sleep between its tries.
        self.client.kernel_info()
        while self.client.get_shell_msg(timeout=LIMIT)["msg_type"] != "kernel_info_reply":
            pass
        self.ready = time.perf_counter() - begin
        self.lost = 0
        self.listen()
        self.listening = time.perf_counter() - begin
        self.pid = self.manager.provisioner.pid

    def listen(self):
        """Waits until what the kernel publishes arrives: a subscription takes a
        moment, and what was published before is lost."""
        while True:
            msg_id = self.client.kernel_info()
            try:
                while self.client.get_iopub_msg(timeout=0.1)["parent_header"].get("msg_id") != msg_id:
                    pass
                break
            except Empty:
                pass
        self.client.get_shell_msg(timeout=LIMIT)
        while True:  # the rest of the answers
            try:
                self.client.get_iopub_msg(timeout=0.01)
            except Empty:
                return

    def prepare(self):
        """Says what the cells of the kind count on."""
        for code in self.kind.first:
            self.run(code)

    def run(self, code, want=None):
        """Runs a cell and returns its seconds until idle. want is the type of
        message that must be among its outputs."""
        seen = set()
        begin = time.perf_counter()
        msg_id = self.client.execute(code)
        while True:
            msg = self.client.get_iopub_msg(timeout=LIMIT)
            if msg["parent_header"].get("msg_id") != msg_id:
                continue
            seen.add(msg["msg_type"])
            if msg["msg_type"] == "error":
                raise RuntimeError(f"{self.kind.label}: {msg['content']['ename']}: {msg['content']['evalue']}\n{code}")
            if msg["msg_type"] in ("display_data", "execute_result"):
                seen.update(msg["content"]["data"])
            if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
                break
        spent = time.perf_counter() - begin
        while self.client.get_shell_msg(timeout=LIMIT)["parent_header"].get("msg_id") != msg_id:
            pass
        if want and want not in seen:
            if not self.kind.loses:
                raise RuntimeError(f"{self.kind.label}: no {want} from the cell, only {sorted(seen)}\n{code}")
            self.lost += 1
        return spent

    def repeat(self, cell, n, want=None, first=0):
        return [self.run(cell(first + i), want) for i in range(n)]

    def memory(self):
        """MB resident: of the kernel, and of the processes below it."""
        kernel = psutil.Process(self.pid)
        below = [p.memory_info().rss for p in kernel.children(recursive=True)]
        return kernel.memory_info().rss / 1e6, sum(below) / 1e6

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


def quantile(times, q):
    times = sorted(times)
    return times[min(len(times) - 1, int(q * len(times)))]


class Table:
    """What was measured: a row for each measure, a cell for each kernel."""

    def __init__(self):
        self.rows = {}

    def put(self, row, label, median, p95=None, unit="ms"):
        self.rows.setdefault(row, (unit, {}))[1][label] = (median, p95)
        shown = f"{median:9.1f}" + (f"  p95 {p95:9.1f}" if p95 is not None else "")
        print(f"  {label:10} {row:42} {shown} {unit}", flush=True)

    def times(self, row, label, times):
        self.put(row, label, statistics.median(times) * 1e3, quantile(times, 0.95) * 1e3)

    def markdown(self, labels):
        head = ["", *labels, *(f"{labels[0]} ÷ {other}" for other in labels[1:])]
        lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
        for row, (unit, cells) in self.rows.items():
            line = [f"{row}, {unit}"]
            for label in labels:
                median, p95 = cells.get(label, (None, None))
                line.append("–" if median is None else f"{median:.1f}" + ("" if p95 is None else f" ({p95:.1f})"))
            mine = cells.get(labels[0], (None,))[0]
            for other in labels[1:]:
                theirs = cells.get(other, (None,))[0]
                line.append(f"{mine / theirs:.2f}" if mine and theirs else "–")
            lines.append("| " + " | ".join(line) + " |")
        return "\n".join(lines)


def measure_start(kind, env, table, n):
    ready, first, memory = [], [], []
    for i in range(n):
        kernel = Kernel(kind, env)
        try:
            ready.append(kernel.ready)
            first.append(kernel.listening + kernel.run(kind.expression(i)))
            memory.append(kernel.memory())
        finally:
            kernel.close()
    table.times("start → ready (kernel_info reply)", kind.label, ready)
    table.times("start → first cell done", kind.label, first)
    put_memory(table, "after start", kind, memory[-1])


def put_memory(table, when, kind, memory):
    kernel, below = memory
    table.put(f"resident {when}", kind.label, kernel + below, unit="MB")
    if kind.label == "Loupe":
        table.put(f"resident {when}, worker alone", kind.label, below, unit="MB")


def in_turn(kernels, table, row, cell, n, want=None, first=0):
    """Runs a cell n times in every kernel, one kernel after the other, so that
    whatever else the machine does is shared by all."""
    times = {kernel: [] for kernel in kernels}
    for i in range(first, first + n):
        for kernel in kernels:
            if i < first + kernel.kind.patience(n):
                times[kernel].append(kernel.run(cell(kernel.kind)(i), want))
    for kernel in kernels:
        table.times(row, kernel.kind.label, times[kernel])


def measure_cells(kinds, table, n, plots):
    kernels = [Kernel(kind, env) for kind, env in kinds]
    try:
        for kernel in kernels:
            kernel.prepare()
            kernel.repeat(kernel.kind.expression, 3)
        in_turn(kernels, table, "`x := 1`", lambda k: k.assign, n)
        in_turn(kernels, table, "`1 + 1`", lambda k: k.expression, n)
        in_turn(kernels, table, "print a line", lambda k: k.print, n, "stream")
        in_turn(kernels, table, "1 MB of output in 16,384 lines", lambda k: k.output, plots, "stream")
    finally:
        for kernel in kernels:
            kernel.close()


def measure_plots(kinds, table, plots):
    kernels = [Kernel(kind, env) for kind, env in kinds]
    try:
        for kernel in kernels:
            kernel.prepare()
            table.put("first histogram", kernel.kind.label, kernel.run(kernel.kind.plot(0), "image/png") * 1e3)
            put_memory(table, "after the first plot", kernel.kind, kernel.memory())
        in_turn(kernels, table, "histogram, PNG of 640 × 480", lambda k: k.plot, plots, "image/png", 1)
        own = [kernel for kernel in kernels if kernel.kind.figure]
        for kernel in own:
            kernel.run(kernel.kind.figure(0), "image/png")
        in_turn(own, table, "plot.Plot as result, PNG of 1040 × 680", lambda k: k.figure, plots, "image/png", 1)
        for kernel in kernels:
            if kernel.lost:
                print(f"  {kernel.kind.label}: {kernel.lost} pictures had not come by idle", flush=True)
    finally:
        for kernel in kernels:
            kernel.close()


def measure_many(kind, env, table, n):
    """n cells in a row in one session, each with a new name."""
    kernel = Kernel(kind, env)
    try:
        kernel.prepare()
        kernel.repeat(kind.expression, 3)
        before = sum(kernel.memory())
        times = kernel.repeat(lambda i: kind.assign(i).replace("x", f"x{i}"), n)
        part = min(100, n // 2)
        table.times(f"{n:,} cells in a row, first {part}", kind.label, times[:part])
        table.times(f"{n:,} cells in a row, last {part}", kind.label, times[-part:])
        table.put(f"resident, grown by {n:,} cells", kind.label, sum(kernel.memory()) - before, unit="MB")
    finally:
        kernel.close()
    kernel = Kernel(kind, env)
    try:
        kernel.prepare()
        kernel.run(kind.redefine(0))
        before = sum(kernel.memory())
        kernel.repeat(kind.redefine, n, first=1)
        put_memory(table, f"after {n:,} redefinitions of a function", kind, kernel.memory())
        table.put(f"resident, grown by {n:,} redefinitions", kind.label, sum(kernel.memory()) - before, unit="MB")
    finally:
        kernel.close()


def gonb_environment():
    """GoNB's kernelspec, in a folder of its own, if GoNB is installed."""
    tools = ROOT / "dist" / "gonb"
    path = os.pathsep.join([str(tools / "bin"), os.environ["PATH"]])
    program = shutil.which("gonb", path=path)
    if not program:
        return None
    data = tools / "share" / "jupyter"
    spec = data / "kernels" / "gonb"
    spec.mkdir(parents=True, exist_ok=True)
    (spec / "kernel.json").write_text(
        '{"argv": ["%s", "--kernel", "{connection_file}"], "display_name": "Go (gonb)", "language": "go"}' % program)
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(data), os.environ.get("JUPYTER_PATH")]))
    return os.environ | {"PATH": path, "GOFLAGS": "-mod=mod"}


def described():
    """The machine and the versions, one line each."""
    def said(*command):
        try:
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return "?"
    cpu = "?"
    if os.path.exists("/proc/cpuinfo"):
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    yield f"machine: {cpu}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()} {platform.machine()}"
    yield f"versions: {said(str(ROOT / 'bin' / 'loupe'), 'version')}; Python {platform.python_version()}"
    packages = ["ipykernel", "matplotlib", "jupyter_client"]
    from importlib.metadata import version
    yield "packages: " + ", ".join(f"{p} {version(p)}" for p in packages)
    yield "load before: " + ", ".join(f"{v:.2f}" for v in os.getloadavg())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--only", help="kernels, by label, separated by commas")
    options = parser.parse_args()
    (ROOT / "dist").mkdir(exist_ok=True)
    gonb = gonb_environment()
    kinds = [(Loupe(), dict(os.environ)), (Ipykernel(), dict(os.environ))]
    if gonb:
        kinds.append((GoNB(), gonb))
    else:
        print("GoNB is not installed, and not compared: bench/gonb.sh installs it.")
    if options.only:
        kinds = [(k, env) for k, env in kinds if k.label.lower() in options.only.lower().split(",")]
    known = KernelSpecManager().find_kernel_specs()
    about = list(described())
    print("\n".join(about), flush=True)
    table = Table()
    starts, cells, plots, many = (5, 20, 5, 200) if options.quick else (20, 100, 20, 1000)
    for kind, env in kinds:
        if kind.name not in known and kind.name != NATIVE_KERNEL_NAME:
            sys.exit(f"the kernel {kind.name} is not installed")
        measure_start(kind, env, table, starts)
    measure_cells(kinds, table, cells, plots)
    measure_plots(kinds, table, plots)
    for kind, env in kinds:
        if kind.patience(many) == many:
            measure_many(kind, env, table, many)
    text = "\n".join([*about, "load after: " + ", ".join(f"{v:.2f}" for v in os.getloadavg()), "",
                      "Median (95th percentile); a ratio below 1 is in Loupe's favour.", "",
                      table.markdown([k.label for k, _ in kinds])])
    (ROOT / "dist" / "bench.md").write_text(text + "\n")
    print("\n" + text)


if __name__ == "__main__":
    main()
