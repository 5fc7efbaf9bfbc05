"""Figures beside matplotlib: time from data to a PNG at two pixels a CSS pixel.

    python bench/plots.py [--rounds 9] [--keep FOLDER]

Both draw the same kind of data at the same size, in alternating rounds in one
run, each in a process that stays; the table has the medians and their ratio.
matplotlib is written as its users write it, with the Agg backend.
"""

import argparse
import io
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = pathlib.Path(__file__).parents[1]
DPI = 192  # two pixels a CSS pixel of 1/96 inch


def prepare():
    r = np.random.default_rng(1)
    million = r.normal(size=1_000_000)
    walk = np.cumsum(million)
    x, y = r.normal(size=100_000), r.normal(size=100_000)
    i, j = np.mgrid[0:1000, 0:1000]
    heat = np.sin(i / 90) * np.cos(j / 70) + 0.1 * r.normal(size=(1000, 1000))
    i, j = np.mgrid[0:64, 0:200]
    states = np.tanh(r.normal(size=(64, 200)) + np.sin((i + j) / 20))
    i = np.mgrid[0:28, 0:28][0]
    maps = [np.maximum(0, np.sin(i * k / 60) + r.normal(size=(28, 28)) / 4) for k in range(64)]

    def figure(width, height):
        return plt.subplots(figsize=(width / 96, height / 96))

    def histogram():
        fig, ax = figure(560, 300)
        ax.hist(million, bins=100)
        return fig

    def heatmap():
        fig, ax = figure(760, 500)
        fig.colorbar(ax.imshow(heat, cmap="RdBu_r", aspect="auto"))
        return fig

    def scatter():
        fig, ax = figure(620, 360)
        ax.scatter(x, y, s=4, alpha=0.3)
        return fig

    def line():
        fig, ax = figure(620, 360)
        ax.plot(walk)
        return fig

    def grid():
        fig, axes = plt.subplots(6, 11, figsize=(900 / 96, 600 / 96))
        for k, ax in enumerate(axes.flat):
            ax.axis("off")
            if k < 64:
                ax.imshow(maps[k], cmap="viridis")
                ax.set_title(f"filter {k}", fontsize=8)
        return fig

    def lstm():
        fig, ax = figure(760, 460)
        fig.colorbar(ax.imshow(states, cmap="RdBu_r", aspect="auto"))
        ax.set_xlabel("step")
        ax.set_ylabel("unit")
        return fig

    return {"histogram": histogram, "heatmap": heatmap, "scatter": scatter, "line": line, "maps": grid, "lstm": lstm}


TITLES = {
    "histogram": "histogram of 1,000,000 values",
    "heatmap": "heat map of 1,000 × 1,000",
    "scatter": "scatter of 100,000 points",
    "line": "line of 1,000,000 points",
    "maps": "grid of 64 feature maps",
    "lstm": "LSTM states, 64 × 200",
}


def peer(make, keep):
    start = time.perf_counter()
    fig = make()
    out = io.BytesIO()
    fig.savefig(out, format="png", dpi=DPI)
    took = (time.perf_counter() - start) * 1000
    plt.close(fig)
    if keep:
        pathlib.Path(keep).write_bytes(out.getvalue())
    return took


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--rounds", type=int, default=9)
    args.add_argument("--keep", help="a folder for the pictures")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "plots")
        subprocess.run(["go", "build", "-o", program, "./bench/plots"], cwd=ROOT, check=True)
        loupe = subprocess.Popen([program] + ([args.keep] if args.keep else []), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        figures = prepare()
        print(f"matplotlib {matplotlib.__version__}, {args.rounds} rounds; milliseconds, median\n")
        print(f"| {'figure':30} | Loupe | matplotlib | ratio |\n| {'-' * 30} | ----: | ---------: | ----: |")
        for name, make in figures.items():
            ours, theirs = [], []
            for k in range(args.rounds + 1):
                loupe.stdin.write(name + "\n")
                loupe.stdin.flush()
                a = float(loupe.stdout.readline().split()[0])
                b = peer(make, args.keep and f"{args.keep}/matplotlib-{name}.png")
                if k > 0:  # the first round warms up
                    ours.append(a)
                    theirs.append(b)
            a, b = statistics.median(ours), statistics.median(theirs)
            print(f"| {TITLES[name]:30} | {a:5.0f} | {b:10.0f} | {b / a:5.1f} |")
        loupe.stdin.close()
        loupe.wait()


if __name__ == "__main__":
    main()
