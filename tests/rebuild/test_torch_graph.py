"""Graphs of PyTorch modules, honest and hostile, in the clean process."""

import copy
import json
import time

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from grader.execute.inside import torch_export  # noqa: E402
from grader.rebuild.inside import torch_graph  # noqa: E402

pytestmark = pytest.mark.torch


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(256, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def flat(self, x):
        return x.view(-1, 256)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(torch.relu(self.conv2(x)), (2, 2))
        x = functional.relu(self.fc1(self.flat(x)))
        return functional.log_softmax(self.fc3(torch.tanh(self.fc2(x))), dim=1)


class LeNetBySize(LeNet):
    def flat(self, x):
        return x.view(x.size(0), -1)


class LeNetFlatten(LeNet):
    def flat(self, x):
        return torch.flatten(x, 1)


class LeNetReshape(LeNet):
    def flat(self, x):
        return x.reshape((x.shape[0], 16 * 4 * 4))


class AlexNet(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        w = width
        self.features = nn.Sequential(
            nn.Conv2d(3, w, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(w, 3 * w, 5, padding=2, groups=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(3 * w, 6 * w, 3, padding="same"),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(6 * w * 36, 16), nn.ReLU(inplace=True), nn.Linear(16, 10)
        )

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(x.view(x.size(0), -1))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.again = nn.Conv2d(4, 4, 3, padding=1)
        self.drop = nn.Dropout2d(0.3)
        self.fc = nn.Linear(8, 3)
        self.norm.running_mean.uniform_(-1, 1)
        self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = functional.relu_(self.norm(self.conv(x)))
        # Changes a tensor that is read again, which an export must not lose.
        y = functional.relu(x.mul_(2) + self.again(x))
        y = self.drop(torch.cat([y, -functional.max_pool2d(-x, 3, 1, 1)], dim=1))
        return self.fc(y.mean([2, 3]))


class ResponseNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.LocalResponseNorm(5, alpha=0.1, beta=0.75, k=2.0)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.pool(self.norm(torch.sigmoid(self.conv(x)))).squeeze(3).squeeze(2))


def sequential():
    return nn.Sequential(
        nn.ZeroPad2d((1, 2, 0, 3)),
        nn.Conv2d(1, 4, 3, bias=False),
        nn.LeakyReLU(0.2),
        nn.AvgPool2d(2, ceil_mode=True),
        nn.Flatten(),
        nn.LazyLinear(5),
        nn.ELU(),
        nn.Linear(5, 4),
        nn.Softmax(dim=1),
    )


MODELS = {
    "view_minus_one": (LeNet, (1, 28, 28)),
    "view_by_size": (LeNetBySize, (1, 28, 28)),
    "flatten": (LeNetFlatten, (1, 28, 28)),
    "reshape": (LeNetReshape, (1, 28, 28)),
    "alexnet": (AlexNet, (3, 127, 127)),
    "residual_in_place": (Residual, (1, 9, 11)),
    "response_norm": (ResponseNorm, (3, 12, 12)),
    "sequential": (sequential, (1, 14, 14)),
}


def exported(build, shape):
    """A module in evaluation mode, with its graph as it arrives and its weights."""
    torch.manual_seed(1)
    module = build().eval()
    example = torch.zeros(2, *shape)
    with torch.no_grad():
        module(example)
        config, weights = torch_export.export(module, example)
    return (
        module,
        json.loads(json.dumps(config)),
        {n: w.detach().numpy() for n, w in weights.items()},
    )


@pytest.fixture(scope="module")
def lenet():
    return exported(LeNet, (1, 28, 28))


@pytest.fixture(scope="module")
def alexnet():
    return exported(AlexNet, (3, 127, 127))


def layers(config):
    return {layer["name"]: layer for layer in torch_graph.describe(config)["layers"]}


@pytest.mark.parametrize("name", MODELS)
def test_predictions_equal_those_of_the_module(name):
    build, shape = MODELS[name]
    module, config, weights = exported(build, shape)
    images = np.random.default_rng(3).normal(size=(7, *shape)).astype("float32")
    with torch.no_grad():
        expected = module(torch.from_numpy(images)).numpy()

    found = torch_graph.predict(config, weights, images, batch=3)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5, rtol=1e-5)


def test_lenet_has_the_layers_and_counts_of_its_definition(lenet):
    told = torch_graph.describe(lenet[1])

    assert told["input_shape"] == [28, 28, 1]
    # 156 + 2416 + 30840 + 10164 + 850, by hand.
    assert told["params"] == told["trainable_params"] == 44_426
    assert [(layer["kind"], layer["output_shape"]) for layer in told["layers"]] == [
        ("Conv2D", [24, 24, 6]),
        ("Activation", [24, 24, 6]),
        ("MaxPooling2D", [12, 12, 6]),
        ("Conv2D", [8, 8, 16]),
        ("Activation", [8, 8, 16]),
        ("MaxPooling2D", [4, 4, 16]),
        ("Flatten", [256]),
        ("Dense", [120]),
        ("Activation", [120]),
        ("Dense", [84]),
        ("Activation", [84]),
        ("Dense", [10]),
        ("Activation", [10]),
    ]
    assert [layer["inputs"] for layer in told["layers"][:2]] == [[], ["conv1"]]
    assert told["layers"][-1]["config"] == {"activation": "log_softmax"}


def test_alexnet_keeps_groups_paddings_and_dropout(alexnet):
    told = layers(alexnet[1])

    assert told["features.0"]["config"]["padding"] == [[2, 2], [2, 2]]
    assert told["features.0"]["config"]["strides"] == [4, 4]
    assert told["features.3"]["config"]["groups"] == 2
    assert told["features.6"]["config"]["padding"] == "same"
    assert told["classifier.0"]["config"] == {"rate": 0.5}
    assert told["avgpool"]["kind"] == "AdaptiveAveragePooling2D"


def test_frozen_weights_and_running_statistics_are_not_trainable():
    def build():
        model = Residual()
        model.conv.requires_grad_(False)
        return model

    told = layers(exported(build, (1, 9, 11))[1])

    assert (told["conv"]["params"], told["conv"]["trainable_params"]) == (40, 0)
    assert (told["norm"]["params"], told["norm"]["trainable_params"]) == (16, 8)


def test_response_norm_is_one_layer_and_takes_other_sizes():
    _, config, _ = exported(ResponseNorm, (3, 12, 12))

    told = layers(config)["norm"]
    assert told["kind"] == "LRN"
    assert told["config"] == {"size": 5, "alpha": pytest.approx(0.02), "beta": 0.75, "k": 2.0}
    assert torch_graph.accepts(config, (3, 20, 20)) == (True, "")


def test_a_network_says_with_the_arithmetic_why_it_cannot_take_a_size(alexnet):
    config = alexnet[1]

    assert torch_graph.accepts(config, (3, 224, 224)) == (True, "")
    # 32 -> floor((32 + 4 - 11) / 4) + 1 = 7 -> 3 -> 1, and a window of 3 does not fit into 1.
    message = "floor((1 - 3) / 2) + 1 = 0 at features.8"
    assert torch_graph.accepts(config, (3, 32, 32)) == (False, message)
    message = "expects 3 channels and receives 1 at features.0"
    assert torch_graph.accepts(config, (1, 224, 224)) == (False, message)


def test_a_batch_swallowed_by_a_view_is_noticed(lenet):
    # 44 x 44 leaves 16 x 8 x 8 = 4 x 256, which view(-1, 256) turns into four rows an image.
    assert torch_graph.accepts(lenet[1], (1, 44, 44)) == (False, "gives 8 rows for 2 images")


def test_a_network_is_described_up_to_its_impossible_layer(lenet):
    config = copy.deepcopy(lenet[1])
    config["shapes"]["fc1.weight"] = [120, 400]

    told = torch_graph.describe(config)

    assert told["failure"] == {
        "layer": "fc1",
        "message": "expects 400 values for each image and receives 256 at fc1",
    }
    assert told["layers"][-1]["output_shape"] is None
    assert told["layers"][-1]["config"]["units"] == 120
    assert len(told["layers"]) == 8


def _set(*path):
    """A change of the LeNet graph: the value at a path of keys and indices."""
    *way, last, value = path

    def change(config):
        place = config
        for key in way:
            place = place[key]
        place[last] = value

    return change


def _repeat(config):
    config["nodes"] = [{**config["nodes"][0], "name": f"n{i}"} for i in range(2001)]


def _grow(config):
    # Each step doubles the image: 2 ** 40 numbers after forty.
    config["nodes"] = [
        {
            "name": f"n{i}",
            "op": "aten.cat.default",
            "args": [[{"node": f"n{i - 1}" if i else config["inputs"][0]["name"]}] * 2, 3],
        }
        for i in range(40)
    ]
    config["output"] = "n39"


def _toil(config):
    image = {"node": config["inputs"][0]["name"]}
    config["shapes"]["conv1.weight"] = [64, 1, 500, 500]
    padded = [image, {"weight": "conv1.weight"}, None, [1, 1], [500, 500]]
    config["nodes"] = [{"name": "n", "op": "aten.conv2d.default", "args": padded}]
    config["output"] = "n"


HOSTILE = {
    "not_a_graph": (lambda config: config.clear(), "no graph"),
    "unknown_op": (_set("nodes", 0, "op", "aten.from_file.default"), "not among the allowed"),
    "code_as_op": (_set("nodes", 0, "op", "__import__('os')"), "not among the allowed"),
    "op_of_wrong_type": (_set("nodes", 0, "op", ["aten.relu.default"]), "expected a name"),
    "cycle": (_set("nodes", 0, "args", 0, {"node": "relu"}), "before it is there"),
    "unknown_weight": (_set("nodes", 0, "args", 1, {"weight": "w"}), "before it is there"),
    "twice_the_same_name": (_set("nodes", 1, "name", "conv2d"), "used twice"),
    "wrong_type": (_set("nodes", 0, "args", 1, "conv1.weight"), "expected a node or a weight"),
    "true_as_number": (_set("nodes", 2, "args", 1, [True, True]), "whole number"),
    "nan": (_set("nodes", 1, {"name": "m", "op": "aten.elu.default",
                              "args": [{"node": "conv2d"}, float("nan")]}), "finite"),
    "huge_integer": (_set("nodes", 2, "args", 1, [10**400, 2]), "whole number"),
    "huge_kernel": (_set("nodes", 2, "args", 1, [4096, 4096]), "whole number 0 to 512"),
    "zero_stride": (_set("nodes", 2, "args", [{"node": "relu"}, [2, 2], [0, 0]]), "at least 1"),
    "long_list": (_set("nodes", 2, "args", 1, [2] * 10_000), "at most 3"),
    "too_many_arguments": (_set("nodes", 1, "args", [{"node": "conv2d"}, 1, 2]), "at most 1"),
    "unknown_argument": (_set("nodes", 1, "kwargs", {"out": {"node": "conv2d"}}), "argument 'out'"),
    "no_argument": (_set("nodes", 1, "args", []), "lacks its argument"),
    "too_many_nodes": (_repeat, "2001 items"),
    "huge_input": (_set("inputs", 0, "shape", [2, 1, 2**20, 2**20]), "at most"),
    "negative_input": (_set("inputs", 0, "shape", [2, 1, -28, 28]), "whole number"),
    "no_batch": (_set("inputs", 0, "shape", [0, 1, 28, 28]), "a batch first"),
    "huge_weight": (_set("shapes", "fc1.weight", [2**20, 2**20]), "at most"),
    "no_shapes": (_set("shapes", {}), "one shape for each"),
    "nodes_missing": (_set("nodes", None), "expected a list"),
    "output_missing": (_set("output", "nothing"), "no node"),
    "strange_trainable": (_set("trainable", ["nothing"]), "no weight"),
    "long_name": (_set("nodes", 0, "name", "n" * 10_000), "expected a name"),
    "growth": (_grow, "expected at most"),
    "toil": (_toil, "multiplications"),
    "tuple_as_tensor": (_set("nodes", 1, {"name": "relu", "op": "aten.chunk.default",
                                          "args": [{"node": "conv2d"}, 2]}), "shape"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_graph_is_refused_at_once(name, lenet):
    change, message = HOSTILE[name]
    config, weights = copy.deepcopy(lenet[1]), {}
    change(config)
    for weight, shape in config.get("shapes", {}).items():
        if np.prod(shape, dtype=float) < 1e6:
            weights[weight] = np.zeros(shape, "float32")
    start = time.monotonic()

    with pytest.raises(ValueError, match=message):
        torch_graph.predict(config, weights, np.zeros((2, 1, 28, 28), "float32"))

    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("fc1.bias"), "no numbers for the weight 'fc1.bias'"),
        (lambda w: w.update({"fc1.bias": np.zeros(119, "f4")}), r"received \(119,\)"),
        (lambda w: w.update({"fc1.bias": np.zeros(120, "i8")}), "expected floats"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, message, lenet):
    weights = dict(lenet[2])
    change(weights)

    with pytest.raises(ValueError, match=message):
        torch_graph.predict(lenet[1], weights, np.zeros((2, 1, 28, 28), "float32"))


def test_images_that_do_not_fit_are_refused(lenet):
    with pytest.raises(ValueError, match=r"received images of shape \(3, 32, 32\)"):
        torch_graph.predict(lenet[1], lenet[2], np.zeros((2, 3, 32, 32), "float32"))


def test_no_images_give_no_rows(lenet):
    found = torch_graph.predict(lenet[1], lenet[2], np.zeros((0, 1, 28, 28), "float32"))
    assert found.shape == (0, 10)
