"""Times training and prediction of the survey's two models side by side: Loupe's
package nn, PyTorch and Keras (on TensorFlow); of blocks of MobileNet and of two
blocks of a transformer, with PyTorch; and products of matrices beside NumPy's
OpenBLAS.

    python bench/train.py             all
    python bench/train.py --rounds 5  more rounds

Every library runs in a process of its own, with 2 threads, batches of 32 and
synthetic data. Rounds alternate between the libraries, so that what else the
machine does meets all of them; the best round of each counts, and within a round
its fastest pass over the data. Memory is the resident set after training.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).parents[1]
# Enough that what a call of fit costs by itself does not count.
SAMPLES = {"cnn": 4096, "lstm": 1024, "mobile": 256, "transformer": 512}
PEERS = {"cnn": ("torch", "keras"), "lstm": ("torch", "keras"), "mobile": ("torch",), "transformer": ("torch",)}
BATCH = 32
THREADS = "2"
SIZES = [(64, 64, 64), (128, 128, 128), (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (32, 256, 64), (6400, 256, 64), (3872, 64, 288)]


def best_rate(samples, seconds, run):
    """Samples a second of the fastest of the runs; the first does not count."""
    run()
    best, end = 0.0, time.time() + seconds
    while time.time() < end:
        begin = time.perf_counter()
        run()
        best = max(best, samples / (time.perf_counter() - begin))
    return best


def resident():
    import psutil
    return psutil.Process().memory_info().rss / 2**20


def data(model):
    import numpy as np
    rng = np.random.default_rng(1)
    n = SAMPLES[model]
    if model == "cnn":
        return rng.random((n, 28, 28, 1), dtype=np.float32), rng.integers(0, 10, n)
    if model == "mobile":
        return rng.random((n, 56, 56, 3), dtype=np.float32), rng.integers(0, 10, n)
    return rng.integers(0, 1000, (n, 200 if model == "lstm" else 100)), rng.integers(0, 2, (n, 1)).astype(np.float32)


def run_torch(model, seconds):
    import torch
    from torch import nn
    torch.set_num_threads(int(THREADS))
    # Gradients vanish over 200 steps of an untrained LSTM: without this PyTorch
    # computes with subnormal numbers, at a twentieth of its speed.
    torch.set_flush_denormal(True)
    x, y = (torch.from_numpy(a) for a in data(model))
    if x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous()
    if model == "mobile":
        def normed(*a, **k):
            convolution = nn.Conv2d(*a, bias=False, **k)
            return [convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()]
        net = normed(3, 32, 3, stride=2, padding=1)
        for before, after, stride in (32, 64, 1), (64, 128, 2), (128, 128, 1):
            net += normed(before, before, 3, groups=before, padding=1, stride=stride) + normed(before, after, 1)
        net = nn.Sequential(*net, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
        loss = nn.CrossEntropyLoss()
    elif model == "transformer":
        class Blocks(nn.Module):
            def __init__(self):
                super().__init__()
                def block():
                    return nn.TransformerEncoderLayer(64, 4, 256, dropout=0, activation="gelu", batch_first=True, norm_first=True)
                self.embedding, self.blocks, self.dense = nn.Embedding(1000, 64), nn.Sequential(block(), block()), nn.Linear(64, 1)

            def forward(self, ids):
                return self.dense(self.blocks(self.embedding(ids)).mean(1))
        net = Blocks()
        loss = nn.BCEWithLogitsLoss()
    elif model == "cnn":
        net = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1600, 10))
        loss = nn.CrossEntropyLoss()
    else:
        class Text(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding, self.lstm, self.dense = nn.Embedding(1000, 64), nn.LSTM(64, 64, batch_first=True), nn.Linear(64, 1)

            def forward(self, ids):
                return self.dense(self.lstm(self.embedding(ids))[0][:, -1])
        net = Text()
        loss = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def train():
        order = torch.randperm(len(x))
        for i in range(0, len(x), BATCH):
            part = order[i:i + BATCH]
            optimizer.zero_grad()
            loss(net(x[part]), y[part]).backward()
            optimizer.step()

    @torch.inference_mode()
    def predict():
        for i in range(0, len(x), 256):
            net(x[i:i + 256])

    trained = best_rate(len(x), seconds, train)
    memory = resident()
    net.eval()
    return trained, best_rate(len(x), seconds, predict), memory


def run_keras(model, seconds):
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(int(THREADS))
    tf.config.threading.set_inter_op_parallelism_threads(int(THREADS))
    import keras
    from keras import layers
    x, y = data(model)
    if model == "cnn":
        net = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2), layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10, activation="softmax")])
        net.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    else:
        net = keras.Sequential([keras.Input((200,)), layers.Embedding(1000, 64), layers.LSTM(64), layers.Dense(1, activation="sigmoid")])
        net.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy")
    trained = best_rate(len(x), seconds, lambda: net.fit(x, y, batch_size=BATCH, epochs=1, verbose=0))
    memory = resident()
    return trained, best_rate(len(x), seconds, lambda: net.predict(x, batch_size=256, verbose=0)), memory


def run_numpy(seconds):
    import numpy as np
    rates = {}
    for m, n, k in SIZES:
        a, b = np.ones((m, k), np.float32), np.ones((k, n), np.float32)
        c = np.empty((m, n), np.float32)
        flops = 2 * m * n * k / 1e9
        rates[f"{m}x{n}x{k}"] = best_rate(flops, seconds / len(SIZES), lambda: np.dot(a, b, out=c))
    return rates


def child(library, model, seconds):
    """Runs this file for a library in a process of its own."""
    environment = dict(os.environ, OMP_NUM_THREADS=THREADS, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    if library == "numpy" or library == "gemm":
        environment.update(OPENBLAS_NUM_THREADS="1", GOMAXPROCS="1")
    if library in ("loupe", "gemm"):
        command = [str(ROOT / "bin" / "train"), "-model", model, "-seconds", str(seconds)]
    else:
        command = [sys.executable, __file__, "--child", library, "--model", model, "--seconds", str(seconds)]
    out = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])


def compare(rounds, seconds):
    for model in SAMPLES:
        best = {}
        for _ in range(rounds):
            for library in ("loupe", *PEERS[model]):
                r = child(library, model, seconds)
                old = best.get(library, {"train": 0, "predict": 0, "resident_mb": 1e9})
                best[library] = {"train": max(old["train"], r["train"]), "predict": max(old["predict"], r["predict"]), "resident_mb": min(old["resident_mb"], r["resident_mb"])}
        for what, unit in (("train", "samples/s"), ("predict", "samples/s"), ("resident_mb", "MB")):
            line = "  ".join(f"{library} {best[library][what]:8.0f}" for library in best)
            peer = (max if unit != "MB" else min)(best[k][what] for k in PEERS[model])
            print(f"{model:11} {what:12} {line} {unit}   loupe / better peer: {best['loupe'][what] / peer:.2f}", flush=True)
    ours, theirs = {}, {}
    for _ in range(rounds):
        for library, rates in (("gemm", ours), ("numpy", theirs)):
            for size, rate in child(library, "gemm", seconds).items():
                rates[size] = max(rates.get(size, 0), rate)
    for size in ours:
        print(f"gemm  {size:15} loupe {ours[size]:6.1f}  OpenBLAS {theirs[size]:6.1f} GFLOP/s, one core   {ours[size] / theirs[size]:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--child")
    parser.add_argument("--model")
    options = parser.parse_args()
    if options.child == "numpy":
        print(json.dumps(run_numpy(options.seconds)))
    elif options.child:
        trained, predicted, memory = {"torch": run_torch, "keras": run_keras}[options.child](options.model, options.seconds)
        print(json.dumps({"train": trained, "predict": predicted, "resident_mb": memory}))
    else:
        subprocess.run(["go", "build", "-o", str(ROOT / "bin" / "train"), "./bench/train"], cwd=ROOT, check=True)
        compare(options.rounds, options.seconds)


if __name__ == "__main__":
    main()
