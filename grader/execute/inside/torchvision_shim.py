"""Let torchvision import where its compiled operators do not fit the installed PyTorch.

The plain wheel beside a CPU build of PyTorch is such a case: its extension does not load, and the
import ends in "operator torchvision::nms does not exist" although transforms and data sets need
none of it.
"""

from types import ModuleType

from .context import Run

_ROI = "Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width"
_BACK = (
    "Tensor grad, Tensor rois, {extra}float spatial_scale, SymInt pooled_height, "
    "SymInt pooled_width, {more}SymInt batch_size, SymInt channels, SymInt height, SymInt width"
)
_BENDS = (
    "Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, "
    "SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, "
    "SymInt offset_groups, bool use_mask"
)

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    f"roi_align({_ROI}, int sampling_ratio, bool aligned) -> Tensor",
    f"qroi_align({_ROI}, int sampling_ratio, bool aligned) -> Tensor",
    f"_roi_align_backward({_BACK.format(extra='', more='')}, int sampling_ratio, bool aligned)"
    " -> Tensor",
    f"ps_roi_align({_ROI}, int sampling_ratio) -> (Tensor, Tensor)",
    f"_ps_roi_align_backward("
    f"{_BACK.format(extra='Tensor channel_mapping, ', more='int sampling_ratio, ')}) -> Tensor",
    f"roi_pool({_ROI}) -> (Tensor, Tensor)",
    f"_roi_pool_backward({_BACK.format(extra='Tensor argmax, ', more='')}) -> Tensor",
    f"ps_roi_pool({_ROI}) -> (Tensor, Tensor)",
    f"_ps_roi_pool_backward({_BACK.format(extra='Tensor channel_mapping, ', more='')}) -> Tensor",
    f"deform_conv2d(Tensor input, {_BENDS}) -> Tensor",
    f"_deform_conv2d_backward(Tensor grad, Tensor input, {_BENDS})"
    " -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
)


def declare(extension: ModuleType, run: Run) -> None:
    """Declare the operators, without any code behind them, if the real ones are not there.

    Args:
        extension: `torchvision.extension`, which has just tried to load them.
        run: Keeps the declarations alive.
    """
    import torch

    if extension._has_ops():
        return
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        name = schema.partition("(")[0]
        if not hasattr(torch.ops.torchvision, name):
            library.define(schema)
    run.state["torchvision operators"] = library
