"""Writes cnn.json and lstm.json: weights, batches, and the losses of 20 steps of
PyTorch's Adam in float32, with which TestTrajectory compares.

    python make.py        # with PyTorch 2.9.1, as in bench/train.txt
"""

import json
import pathlib

import numpy
import torch

HERE = pathlib.Path(__file__).parent
STEPS, BATCH = 20, 8


def array(t):
    return {"shape": list(t.shape), "data": [float(str(v)) for v in t.detach().numpy().flatten()]}


class Last(torch.nn.Module):
    """The state after the last step."""

    def forward(self, x):
        return x[0][:, -1]


def cnn():
    torch.manual_seed(1)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(4, 6, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(24, 5),
    )
    x = torch.round(torch.rand(STEPS, BATCH, 1, 10, 10) * 100) / 100
    y = torch.randint(0, 5, (STEPS, BATCH))
    return model, x, y, lambda p, t: torch.nn.functional.cross_entropy(p, t)


def lstm():
    torch.manual_seed(2)
    model = torch.nn.Sequential(
        torch.nn.Embedding(20, 6), torch.nn.LSTM(6, 5, batch_first=True), Last(), torch.nn.Linear(5, 1),
    )
    model[1].bias_hh_l0.requires_grad_(False)  # only the sum of both biases counts
    x = torch.randint(0, 20, (STEPS, BATCH, 9))
    y = (x[:, :, 3] > 9).float()
    return model, x, y, lambda p, t: torch.nn.functional.binary_cross_entropy_with_logits(p[:, 0], t)


for name, make in {"cnn": cnn, "lstm": lstm}.items():
    model, x, y, loss = make()
    weights = {key: array(value) for key, value in model.state_dict().items()}
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.01)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        value = loss(model(x[step]), y[step])
        value.backward()
        optimizer.step()
        losses.append(float(str(numpy.float32(value.item()))))
    text = json.dumps({"weights": weights, "x": array(x.float()), "y": array(y.float()), "losses": losses})
    (HERE / f"{name}.json").write_text(text + "\n")
