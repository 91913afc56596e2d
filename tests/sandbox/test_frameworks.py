"""Honest training under each kind; the slowest tests here, and the ones that matter most."""

import pytest


@pytest.mark.slow
@pytest.mark.keras
def test_keras_trains_saves_and_draws(bench):
    result = bench.run(
        """
        import numpy as np, keras, matplotlib
        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
        layers = keras.layers
        model = keras.Sequential([
            layers.Input((28, 28, 1)), layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(10, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        x = np.random.default_rng(0).random((160, 28, 28, 1), dtype="float32")
        history = model.fit(x, np.arange(160) % 10, batch_size=8, verbose=0)
        model.save("model.keras")
        plt.plot(history.history["loss"]); plt.savefig("loss.png")
        weights = b"".join(w.tobytes() for w in model.get_weights())
        steps = int(model.optimizer.iterations)
        send(weights, steps=steps, files=sorted(os.listdir(".")))
        """,
        limits={"submission_seconds": 300},
    )
    assert said_by(result) == {"steps": 20, "files": ["loss.png", "model.keras"]}
    assert result.frames[0].blob.size == 4 * (6 * 26 + 12 * 12 * 6 * 10 + 10)


@pytest.mark.slow
@pytest.mark.torch
def test_torch_trains_and_saves(bench):
    result = bench.run(
        """
        import torch
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 6, 5), torch.nn.Tanh(),
                                    torch.nn.Flatten(), torch.nn.Linear(6 * 24 * 24, 10))
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        x, y = torch.rand(32, 1, 28, 28), torch.arange(32) % 10
        for _ in range(3):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        torch.save(model.state_dict(), "model.pt")
        send(finite=bool(torch.isfinite(loss)), files=os.listdir("."))
        """,
        limits={"submission_seconds": 300},
    )
    assert said_by(result) == {"finite": True, "files": ["model.pt"]}


def said_by(result):
    """What was said, once it ended well; else the last words."""
    assert result.ending.status == "ok", result.ending.stderr
    return result.said
