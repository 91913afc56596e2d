"""Train the reference networks on real MNIST and print what they reach.

    python bench/train_reference.py                         all recipes
    python bench/train_reference.py classroom --epochs 3    one of them, shorter
    KERAS_BACKEND=torch python bench/train_reference.py     on another backend

Stage the data first: `grade data fetch mnist` or `grade data add mnist FILE.npz`.
Writes `<out>/<recipe>.json` (seed, curve, figures) and `<out>/<recipe>.png` (the curve).
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one network is trained."""

    variant: str
    """Of `reference.lenet5`."""
    epochs: int
    """Passes over the 60,000 training images."""
    batch: int
    """Images per step."""
    rate: float
    """Learning rate at the start; it falls to zero along a cosine."""
    shift: int
    """Training images are moved by up to so many pixels in each direction, anew in each epoch."""
    seed: int = 0
    """Of weights, order and shifts."""


RECIPES = {
    "classroom": Recipe(variant="classroom", epochs=15, batch=128, rate=3e-3, shift=1),
    "1998": Recipe(variant="1998", epochs=20, batch=64, rate=1e-3, shift=1),
}


def images(raw: Any, variant: str) -> Any:
    """MNIST as the network reads it: 28x28 centred in 32x32.

    In the paper (section II-B) white is -0.1 and black 1.175, so that the mean is near 0 and the
    variance near 1; the classroom form reads 0 to 1.
    """
    import numpy as np

    padded = np.pad(raw, ((0, 0), (2, 2), (2, 2))).astype("float32")[..., None] / 255
    return padded * 1.275 - 0.1 if variant == "1998" else padded


def shifted(x: Any, by: int, rng: Any, background: float) -> Any:
    """Each image moved by its own whole number of pixels, up to `by` in each direction."""
    import numpy as np

    if by == 0:
        return x
    size = x.shape[1]
    wide = np.pad(x, ((0, 0), (by, by), (by, by), (0, 0)), constant_values=background)
    down, right = rng.integers(0, 2 * by + 1, (2, len(x)))
    rows = (down[:, None] + np.arange(size))[:, :, None]
    columns = (right[:, None] + np.arange(size))[:, None, :]
    return wide[np.arange(len(x))[:, None, None], rows, columns]


def losses(variant: str) -> tuple[Any, Callable[[Any], Any]]:
    """The loss, and how scores are read: the largest wins; for the paper's distances the least."""
    if variant == "1998":
        from reference.map_criterion import map_criterion

        return map_criterion, lambda scores: scores.argmin(axis=1)
    return "sparse_categorical_crossentropy", lambda scores: scores.argmax(axis=1)


def train(name: str, recipe: Recipe, arrays: dict[str, Any]) -> dict[str, Any]:
    """Train by `recipe` and say what came of it."""
    import keras
    import numpy as np

    from reference import lenet5

    keras.utils.set_random_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    x, y = images(arrays["x_train"], recipe.variant), arrays["y_train"].astype("int64")
    x_test, y_test = images(arrays["x_test"], recipe.variant), arrays["y_test"]
    model = lenet5.build(recipe.variant)
    steps = recipe.epochs * -(-len(x) // recipe.batch)
    rate = keras.optimizers.schedules.CosineDecay(recipe.rate, steps)
    loss, read = losses(recipe.variant)
    model.compile(keras.optimizers.Adam(rate), loss=loss)
    curve = []
    begun = time.perf_counter()
    for epoch in range(1, recipe.epochs + 1):
        moved = shifted(x, recipe.shift, rng, float(x.min()))
        history = model.fit(moved, y, batch_size=recipe.batch, epochs=1, verbose=0)
        scores = np.asarray(model.predict(x_test, batch_size=1000, verbose=0))
        right = int((read(scores) == y_test).sum())
        curve.append(
            {"epoch": epoch, "loss": history.history["loss"][0], "test": right / len(y_test)}
        )
        print(f"{name}: epoch {epoch}: {right / len(y_test):.2%}", file=sys.stderr, flush=True)
    return {
        "recipe": asdict(recipe),
        "backend": keras.backend.backend(),
        "device": str(keras.distribution.list_devices()[0]),
        "trainable_weights": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
        "seconds": round(time.perf_counter() - begun, 1),
        "test_accuracy": curve[-1]["test"],
        "curve": curve,
    }


def draw(name: str, result: dict[str, Any], file: Path) -> None:
    """The test accuracy after each epoch."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    axis.plot([p["epoch"] for p in result["curve"]], [100 * p["test"] for p in result["curve"]])
    axis.set(title=f"LeNet-5, {name}", xlabel="epoch", ylabel="test accuracy (%)")
    axis.grid(alpha=0.3)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def main() -> None:
    """Parse, train, print the table."""
    from grader import data

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", metavar="recipe", help=", ".join(RECIPES))
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("results/reference"))
    options = parser.parse_args()
    unknown = set(options.recipes) - set(RECIPES)
    if unknown:
        parser.error(f"no recipe {', '.join(sorted(unknown))}; known are {', '.join(RECIPES)}")
    mnist = data.find("mnist")
    if not mnist.real:
        parser.error("real MNIST is not staged: run `grade data fetch mnist` first")
    options.out.mkdir(parents=True, exist_ok=True)
    arrays = mnist.load()
    rows = []
    for name in options.recipes or RECIPES:
        chosen = {**asdict(RECIPES[name]), "seed": options.seed}
        if options.epochs:
            chosen["epochs"] = options.epochs
        result = train(name, Recipe(**chosen), arrays)
        (options.out / f"{name}.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
        draw(name, result, options.out / f"{name}.png")
        rows.append((name, result))
    print("recipe     weights  epochs  backend     device  seconds  test accuracy")
    for name, r in rows:
        print(
            f"{name:<10} {r['trainable_weights']:>7,}  {r['recipe']['epochs']:>6}  "
            f"{r['backend']:<10}  {r['device']:<6}  {r['seconds']:>7}  {r['test_accuracy']:.2%}"
        )


if __name__ == "__main__":
    main()
