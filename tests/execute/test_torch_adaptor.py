"""PyTorch notebooks: data, budget and captured models."""

import importlib.util
import json
import sys
import time

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset, dataloader  # noqa: E402

from grader.data import DataSet  # noqa: E402
from grader.execute.inside import torch_adaptor  # noqa: E402
from grader.execute.inside.budget import LoopCut  # noqa: E402
from grader.execute.inside.context import Run  # noqa: E402
from grader.rebuild.inside import torch_graph  # noqa: E402
from tests.execute.conftest import text  # noqa: E402

pytestmark = pytest.mark.torch

vision = pytest.mark.skipif(
    importlib.util.find_spec("torchvision") is None, reason="torchvision is not installed"
)


class Collected:
    """A channel that keeps what is sent."""

    def __init__(self):
        self.room = 2**28
        self.frames = []

    def send(self, head, arrays):
        self.frames.append((json.loads(json.dumps(head)), [np.array(a) for a in arrays]))

    def of(self, kind):
        return [head for head, _ in self.frames if head["type"] == kind]


@pytest.fixture
def channel():
    return Collected()


@pytest.fixture
def start(monkeypatch, tmp_path, channel):
    """A run with PyTorch patched for it, until the test ends."""
    patched = [
        (nn.Module, "__init__"),
        (nn.Module, "__call__"),
        (DataLoader, "__init__"),
        (dataloader._BaseDataLoaderIter, "__next__"),
        (torch, "compile"),
        (torch.hub, "download_url_to_file"),
    ]
    for owner, name in patched:
        monkeypatch.setattr(owner, name, getattr(owner, name))
    hooks = sys.modules["torch.optim.optimizer"]._global_optimizer_post_hooks
    before = dict(hooks)

    def start(**budget):
        limits = {"export_mib": 64}
        job = {"seed": 1, "limits": limits, "budget": budget, "data": {}}
        run = Run(job, tmp_path, channel)
        torch_adaptor.PATCHES["torch"](torch, run)
        run.cell = 0
        torch.manual_seed(0)
        return run

    yield start
    hooks.clear()
    hooks.update(before)


def models(run, channel, **namespace):
    """The model frames after a cell, as (head, arrays)."""
    channel.frames.clear()
    torch_adaptor.capture(namespace, run)
    assert channel.of("problem") == []
    return [(head, arrays) for head, arrays in channel.frames if head["type"] == "model"]


def data(n=64, shape=(1, 8, 8)):
    images = torch.arange(n).float().reshape(n, 1, 1, 1) / n * torch.ones(n, *shape)
    return TensorDataset(images, torch.arange(n) % 3)


def network():
    return nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 3)
    )


def train(net, loader, epochs=1, each=lambda: None):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(epochs):
        losses = []
        for images, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        each()
        assert sum(losses) / len(losses) > 0
    return net


def count(loader):
    return sum(len(images) for images, _ in loader)


# --- budget ---------------------------------------------------------------------------------


def test_a_loop_of_the_students_own_ends_with_the_budget(start, channel):
    run = start(max_steps=20)
    net = train(network(), DataLoader(data(), batch_size=4), epochs=5)

    ((head, _),) = models(run, channel, net=net)

    # 16 steps, then 4 of the second epoch; each later epoch has the one batch that shows what
    # it is, and averages over it do not divide by zero.
    assert head["training"] == {
        "steps": 23,
        "epochs_run": 2,
        "epochs_asked": None,
        "stopped_because": "budget of 20 steps",
        "history": {},
    }


def test_within_the_budget_nothing_is_cut(start, channel):
    run = start(max_steps=32, max_seconds=60.0, max_eval_seconds=60.0)
    net = train(network(), DataLoader(data(), batch_size=4), epochs=2)

    ((head, _),) = models(run, channel, net=net)

    assert (head["training"]["steps"], head["training"]["epochs_run"]) == (32, 2)
    assert head["training"]["stopped_because"] is None


@pytest.mark.parametrize("grad", [True, False])
def test_evaluation_between_epochs_stays_complete(grad, start):
    start(max_steps=3)
    test, seen = DataLoader(data(), batch_size=4), []

    def evaluate():
        with torch.set_grad_enabled(grad):
            seen.append(count(test))

    train(network(), DataLoader(data(), batch_size=4), epochs=3, each=evaluate)

    assert seen == [64, 64, 64]


def test_evaluation_on_the_training_loader_stays_complete(start):
    start(max_steps=3)
    loader = DataLoader(data(), batch_size=4)
    train(network(), loader, epochs=2)
    assert count(loader) == 64


def test_evaluation_ends_with_its_seconds(start, channel):
    start(max_eval_seconds=0.05)

    def slowly(batch):
        time.sleep(0.03)
        return torch.utils.data.default_collate(batch)

    loader = DataLoader(data(), batch_size=4, collate_fn=slowly)
    n = 0
    for images, _ in loader:
        time.sleep(0.03)
        n += len(images)

    assert 0 < n < 64
    assert channel.of("skipped")[0]["text"].startswith("evaluation beyond 0.05 seconds")


def test_a_loop_without_a_loader_ends_its_cell(start, channel):
    run = start(max_seconds=0.01)
    net, (images, labels) = network(), data().tensors
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def loop():
        while True:
            nn.functional.cross_entropy(net(images), labels).backward()
            optimizer.step()

    with pytest.raises(LoopCut, match=r"budget of 0\.01 seconds"):
        loop()

    ((head, _),) = models(run, channel, net=net)
    assert head["training"]["stopped_because"] == "budget of 0.01 seconds"


def test_each_model_has_its_own_budget(start, channel):
    run = start(max_steps=10)
    first = train(network(), DataLoader(data(), batch_size=4))
    second = train(network(), DataLoader(data(), batch_size=16))

    steps = {
        h["variable"]: h["training"]["steps"] for h, _ in models(run, channel, a=first, b=second)
    }

    assert steps == {"a": 10, "b": 4}


@pytest.mark.parametrize(
    "options", [{}, {"persistent_workers": True}, {"prefetch_factor": 4}, {"timeout": 5}]
)
def test_workers_are_done_without(options, start, channel):
    start()
    loader = DataLoader(data(), 4, num_workers=4, **options)
    assert loader.num_workers == 0
    assert count(loader) == 64
    assert "num_workers=4" in channel.of("skipped")[0]["text"]


def test_a_wrong_loader_is_still_an_error(start):
    start()
    with pytest.raises(ValueError, match="persistent_workers option needs num_workers"):
        DataLoader(data(), persistent_workers=True)


def test_models_are_not_compiled(start, channel):
    start()
    net = network()
    assert torch.compile(net) is net
    assert torch.compile(mode="max-autotune")(net) is net
    assert "torch.compile" in channel.of("skipped")[0]["text"]


# --- capture --------------------------------------------------------------------------------


def test_a_trained_model_is_handed_over_with_its_weights_and_first_batch(start, channel):
    run = start()
    loader = DataLoader(data(), batch_size=32)
    net = train(network(), loader, epochs=2)

    ((head, arrays),) = models(run, channel, net=net, loss=nn.CrossEntropyLoss())

    assert (head["variable"], head["framework"], head["failure"]) == ("net", "torch", None)
    assert head["sample"] == {"name": "inputs", "shape": [16, 1, 8, 8], "dtype": "float32"}
    np.testing.assert_array_equal(arrays[-1], next(iter(loader))[0][:16])
    weights = {w["name"]: a for w, a in zip(head["weights"], arrays, strict=False)}
    assert head["params"] == sum(a.size for a in weights.values()) == 20 + 57
    images = data().tensors[0]
    found = torch_graph.predict(head["config"], weights, images.numpy())
    np.testing.assert_allclose(found, net(images).detach().numpy(), atol=1e-5)


def test_training_mode_is_left_as_it_was(start, channel):
    run = start()
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout())
    net[1].eval()

    ((head, _),) = models(run, channel, net=net)

    assert [part.training for part in net.modules()] == [True, True, False]
    assert head["training"] is None


def test_what_did_not_change_is_not_handed_over_again(start, channel):
    run = start()
    net = network()
    assert len(models(run, channel, net=net)) == 1
    run.cell = 1
    assert models(run, channel, net=net) == []
    # Tells neither the optimiser nor the tensor's version.
    net[0].weight.data.fill_(0.5)
    ((head, _),) = models(run, channel, net=net)
    assert (head["id"], head["cell"]) == (1, 1)


def test_a_model_that_a_function_keeps_to_itself_is_found(start, channel):
    run = start()

    def main():
        train(network(), DataLoader(data(), batch_size=4))

    main()
    ((head, _),) = models(run, channel)
    assert (head["variable"], head["training"]["steps"]) == ("", 16)


def test_parts_are_not_models_of_their_own(start, channel):
    run = start()
    net = network()
    found = models(run, channel, first=net[0], net=net, both=[net, nn.Linear(3, 2)])
    assert [head["variable"] for head, _ in found] == ["net", "both[1]"]


def test_a_call_of_forward_counts_as_a_call(start, channel):
    run = start()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = network()

        def forward(self, x):
            return self.body(x)

    net, (images, labels) = Net(), data().tensors
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    nn.functional.cross_entropy(net.forward(images), labels).backward()
    optimizer.step()

    ((head, _),) = models(run, channel, net=net)

    assert head["training"]["steps"] == 1
    assert head["sample"]["shape"] == [16, 1, 8, 8]


def test_the_input_of_a_model_that_was_never_called_is_guessed(start, channel):
    run = start()
    # 5 x 5 after two poolings: fits 32 x 32, and not the 28 x 28 that is tried before.
    net = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.AvgPool2d(2)),
        *(nn.Flatten(), nn.Linear(400, 10)),
    )

    ((head, _),) = models(run, channel, net=net)

    assert head["config"]["inputs"][0]["shape"][1:] == [1, 32, 32]
    assert head["failure"] is None
    assert "refused" not in head["config"]


def test_a_model_that_was_given_images_it_cannot_take_says_so(start, channel):
    run = start()
    net = nn.Sequential(nn.Conv2d(1, 4, 5), nn.Flatten(), nn.Linear(4 * 28 * 28, 10))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        net(torch.zeros(8, 1, 28, 28))

    ((head, _),) = models(run, channel, net=net)

    assert head["config"]["inputs"][0]["shape"][1:] == [1, 32, 32]
    assert head["config"]["refused"]["shape"] == [1, 28, 28]


class WrongFlatten(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.pool = nn.Conv2d(1, 6, 5), nn.MaxPool2d(2)
        self.fc1, self.fc2 = nn.Linear(123, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        return self.fc2(self.fc1(x.view(x.size(0), -1)))


def test_a_model_that_takes_nothing_is_handed_over_up_to_its_fault(start, channel):
    run = start()

    ((head, _),) = models(run, channel, net=WrongFlatten())

    assert "mat1 and mat2 shapes cannot be multiplied" in head["failure"]
    assert head["failure"].endswith("(with an input of shape (1, 28, 28))")
    told = torch_graph.describe(head["config"])
    assert [layer["name"] for layer in told["layers"]] == ["conv1", "relu", "pool", "view", "fc1"]
    assert told["failure"] == {
        "layer": "fc1",
        "message": "expects 123 values for each image and receives 864 at fc1",
    }


def test_a_view_that_does_not_come_out_is_the_fault(start, channel):
    run = start()

    class WrongView(WrongFlatten):
        def forward(self, x):
            return self.fc1(self.pool(self.conv1(x)).view(-1, 6 * 5 * 5))

    ((head, _),) = models(run, channel, net=WrongView())

    assert "shape '[-1, 150]' is invalid" in head["failure"]
    told = torch_graph.describe(head["config"])
    assert [layer["name"] for layer in told["layers"]] == ["conv1", "pool", "view"]
    message = "cannot arrange 6 x 12 x 12 as 150 at view"
    assert told["failure"] == {"layer": "view", "message": message}


def test_what_has_no_graph_is_a_problem_and_not_a_failure(start, channel):
    run = start()

    class ByValue(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 2)

        def forward(self, x):
            return self.fc(x) if x.sum().item() > 0 else self.fc(-x)

    ((head, _),) = models(run, channel, net=ByValue())

    assert head["failure"] is None
    assert head["problem"].startswith("its graph could not be exported")
    assert [w["name"] for w in head["weights"]] == []


def test_two_inputs_are_a_problem(start, channel):
    run = start()
    net = nn.Bilinear(3, 3, 2)
    net(torch.zeros(1, 3), torch.zeros(1, 3))
    ((head, _),) = models(run, channel, net=net)
    assert head["problem"] == "it reads 2 tensors; one is expected"


def test_lazy_layers_that_were_never_called_are_a_problem(start, channel):
    run = start()
    ((head, _),) = models(run, channel, net=nn.Sequential(nn.LazyLinear(3)))
    assert head["problem"] == "its lazy layers have never been given an input"
    assert head["params"] == 0


def test_large_untrained_weights_stay_behind(start, channel):
    run = start()
    ((head, arrays),) = models(run, channel, net=nn.Linear(4096, 2100))
    assert (head["weights"], arrays) == ([], [])
    assert head["params"] == 4097 * 2100
    assert head["config"]["shapes"]["weight"] == [2100, 4096]


def test_what_a_forward_prints_stays_out_of_the_notebook(start, channel, capsys):
    run = start()

    class Loud(nn.Linear):
        def forward(self, x):
            print(x.shape)
            return super().forward(x)

    assert len(models(run, channel, net=Loud(4, 2))) == 1
    assert capsys.readouterr().out == ""


def test_the_seed_makes_a_cell_repeatable():
    drawn = []
    for _ in range(2):
        torch_adaptor.seed(5)
        drawn.append(torch.rand(3).tolist())
    assert drawn[0] == drawn[1]


def test_the_environment_names_version_and_device():
    found = torch_adaptor.environment()
    assert found["torch"] == torch.__version__
    assert found["device"]


# --- the real worker ------------------------------------------------------------------------

DATASETS = """
import json
import torchvision
from torchvision import transforms
from torchvision.datasets import MNIST, CIFAR10, CIFAR100, KMNIST, SVHN
t = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
m = MNIST("./data", train=False, transform=t, target_transform=lambda y: y + 100, download=True)
c = CIFAR10(root="x", train=True)
image, label = m[3]
print(json.dumps({
    "mnist": [list(m.data.shape), str(m.data.dtype), str(m.targets.dtype), len(m), m.train],
    "item": [list(image.shape), float(image.min()), label - int(m.targets[3])],
    "classes": [m.classes[3], m.class_to_idx["3 - three"], c.classes[3], c.class_to_idx["cat"]],
    "cifar": [list(c.data.shape), str(c.data.dtype), type(c.targets).__name__, c.targets[:3],
              c[0][0].size, c.transform is None],
}))
"""

REFUSED = """
for make in (KMNIST, CIFAR100, SVHN, torchvision.datasets.FashionMNIST):
    try:
        make("./data", download=True)
    except RuntimeError as error:
        print(error)
try:
    torchvision.models.alexnet(weights="DEFAULT")
except RuntimeError as error:
    print(error)
"""

TRAIN = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)
    def forward(self, x):
        return self.fc(x.view(-1, 784))
def fit():
    net = Net()
    loader = torch.utils.data.DataLoader(
        MNIST(".", transform=t), batch_size=64, shuffle=True, num_workers=2)
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    for epoch in range(2):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
fit()
"""


@vision
@pytest.mark.slow
def test_a_notebook_reads_staged_data_and_trains_within_its_budget(execute, digits, tmp_path):
    path = tmp_path / "cifar10.npz"
    images, labels = np.zeros((50, 32, 32, 3), np.uint8), np.arange(50)[:, None] % 10
    arrays = {"x_train": images, "y_train": labels.astype("uint8")}
    np.savez(path, **arrays, x_test=images, y_test=arrays["y_train"])
    cifar = DataSet(name="cifar10", path=path, real=False, origin="made here", distinct_test=1)

    record = execute(
        [DATASETS, REFUSED, TRAIN],
        budget={"max_steps": 40},
        data={**digits, "cifar10": cifar},
        cell_seconds=300,
        submission_seconds=600,
    )

    assert [cell.status for cell in record.cells] == ["ok"] * 3, record.cells
    seen = json.loads(text(record.cells[0]))
    assert seen == {
        "mnist": [[10_000, 28, 28], "torch.uint8", "torch.int64", 10_000, False],
        "item": [[1, 28, 28], -1.0, 100],
        "classes": ["3 - three", 3, "cat", 3],
        "cifar": [[50, 32, 32, 3], "uint8", "list", [0, 1, 2], [32, 32], True],
    }
    assert text(record.cells[1]).count("not a mistake in the notebook") == 5
    assert {"data set torchvision.datasets.KMNIST", "data set fashion_mnist"} <= set(record.missing)
    (model,) = record.models
    assert (model.variable, model.cell, model.framework) == ("", 2, "torch")
    assert (model.training.steps, model.training.epochs_run) == (41, 1)
    assert model.sample.shape == (16, 1, 28, 28)
    assert any("num_workers=2" in line for line in record.skipped)
