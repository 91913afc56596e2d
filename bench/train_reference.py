"""Train the reference networks on real data and print what they reach.

    python bench/train_reference.py                         both forms of LeNet-5
    python bench/train_reference.py classroom --epochs 3    one of them, shorter
    python bench/train_reference.py alexnet_cifar           AlexNet on CIFAR-10: wants a GPU
    KERAS_BACKEND=torch python bench/train_reference.py     on another backend

Stage the data first: `grade data fetch mnist` or `grade data add mnist FILE.npz`.
Writes `<out>/<recipe>.json` (seed, curve, figures) and `<out>/<recipe>.png` (the curve).
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one network is trained."""

    network: str = "lenet5"
    """Module under `reference/`."""
    variant: str
    """Of the network."""
    data: str = "mnist"
    """As in `keras.datasets`."""
    epochs: int
    """Passes over the training images."""
    batch: int
    """Images per step."""
    rate: float
    """Learning rate at the start; it falls to zero along a cosine."""
    shift: int
    """Training images are moved by up to so many pixels in each direction, anew in each epoch."""
    flip: bool = False
    """Half of the training images are mirrored, anew in each epoch."""
    images: int | None = None
    """Training images that are used; None for all."""
    seed: int = 0
    """Of weights, order, shifts and mirrors."""


RECIPES = {
    "classroom": Recipe(variant="classroom", epochs=15, batch=128, rate=3e-3, shift=1),
    "1998": Recipe(variant="1998", epochs=20, batch=64, rate=1e-3, shift=1),
    "alexnet_cifar": Recipe(
        network="alexnet",
        variant="cifar",
        data="cifar10",
        epochs=30,
        batch=128,
        rate=3e-4,
        shift=3,
        flip=True,
    ),
}
BY_DEFAULT = ("classroom", "1998")
"""What a CPU trains in minutes."""


def images(raw: Any, recipe: Recipe) -> Any:
    """The data set as the network reads it; MNIST's 28x28 is centred in 32x32.

    In the paper of LeNet-5 (section II-B) white is -0.1 and black 1.175, so that the mean is near
    0 and the variance near 1; the other forms read 0 to 1.
    """
    import numpy as np

    if recipe.data != "mnist":
        return raw.astype("float32") / 255
    padded = np.pad(raw, ((0, 0), (2, 2), (2, 2))).astype("float32")[..., None] / 255
    return padded * 1.275 - 0.1 if recipe.variant == "1998" else padded


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

    keras.utils.set_random_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    x = images(arrays["x_train"][: recipe.images], recipe)
    y = arrays["y_train"][: recipe.images].astype("int64").ravel()
    x_test, y_test = images(arrays["x_test"], recipe), arrays["y_test"].ravel()
    model = import_module(f"reference.{recipe.network}").build(recipe.variant)
    steps = recipe.epochs * -(-len(x) // recipe.batch)
    rate = keras.optimizers.schedules.CosineDecay(recipe.rate, steps)
    loss, read = losses(recipe.variant)
    model.compile(keras.optimizers.Adam(rate), loss=loss)
    curve = []
    begun = time.perf_counter()
    for epoch in range(1, recipe.epochs + 1):
        moved = shifted(x, recipe.shift, rng, float(x.min()))
        if recipe.flip:
            moved = np.where(
                rng.random(len(x))[:, None, None, None] < 0.5, moved[:, :, ::-1], moved
            )
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
        "test_images": len(y_test),
        "curve": curve,
    }


def draw(name: str, result: dict[str, Any], file: Path) -> None:
    """The test accuracy after each epoch."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    axis.plot([p["epoch"] for p in result["curve"]], [100 * p["test"] for p in result["curve"]])
    axis.set(title=name, xlabel="epoch", ylabel="test accuracy (%)")
    axis.grid(alpha=0.3)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)


def main() -> None:
    """Parse, train, print the table."""
    from grader import data

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", metavar="recipe", help=", ".join(RECIPES))
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--images", type=int, help="train on the first so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("results/reference"))
    options = parser.parse_args()
    unknown = set(options.recipes) - set(RECIPES)
    if unknown:
        parser.error(f"no recipe {', '.join(sorted(unknown))}; known are {', '.join(RECIPES)}")
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in options.recipes or BY_DEFAULT:
        given = {"epochs": options.epochs, "images": options.images, "seed": options.seed}
        recipe = replace(RECIPES[name], **{k: v for k, v in given.items() if v is not None})
        staged = data.find(recipe.data)
        if not staged.real:
            parser.error(f"real {recipe.data} is not staged: run `grade data fetch {recipe.data}`")
        arrays = staged.load()
        arrays |= {key: arrays[key][: staged.distinct_test] for key in ("x_test", "y_test")}
        result = {"data": staged.origin, **train(name, recipe, arrays)}
        (options.out / f"{name}.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
        draw(name, result, options.out / f"{name}.png")
        rows.append((name, result))
    print("recipe            weights  epochs  backend     device  seconds  test accuracy")
    for name, r in rows:
        print(
            f"{name:<13}  {r['trainable_weights']:>10,}  {r['recipe']['epochs']:>6}  "
            f"{r['backend']:<10}  {r['device']:<6}  {r['seconds']:>7}  {r['test_accuracy']:.2%}"
        )


if __name__ == "__main__":
    main()
