"""Writes a vision tower with random weights in Hugging Face layout, to measure speed without real weights.

    python make_model.py --shape so400m --out /tmp/so400m

Needs torch 2.15, transformers 5.23, onnx 1.23 and onnxscript 0.7. The weights follow from the seed
alone, so that measure.py can make the same model again for PyTorch; the seed stands in config.json.
so400m is the shape of SigLIP so400m-patch14-384 (428 million parameters, 1.7 GB); base the one of
base-patch16-224; small is for trying the scripts.
"""

import argparse
import json
import pathlib

import onnx
import torch
from transformers import SiglipVisionConfig, SiglipVisionModel

SHAPES = {
    "so400m": {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16, "image_size": 384, "patch_size": 14},
    "base": {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12, "image_size": 224, "patch_size": 16},
    "small": {"hidden_size": 96, "intermediate_size": 192, "num_hidden_layers": 3, "num_attention_heads": 4, "image_size": 96, "patch_size": 16},
}


def make_tower(vision_config, seed, attention):
    """attention: "sdpa" as users run it, "eager" as exports hold it."""
    torch.manual_seed(seed)
    tower = SiglipVisionModel(SiglipVisionConfig(**vision_config, attn_implementation=attention))
    # The library's initialisation gives every picture nearly the same vector; larger weights tell pictures apart.
    with torch.no_grad():
        for name, parameter in tower.named_parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, parameter.shape[-1] ** -0.5)
    return tower.eval()


class PooledTower(torch.nn.Module):
    def __init__(self, tower):
        super().__init__()
        self.tower = tower

    def forward(self, pixel_values):
        output = self.tower(pixel_values=pixel_values)
        return output.last_hidden_state, output.pooler_output


def name_data_as_the_hub_does(model_path):
    """From vision_model.onnx.data, as the exporter calls it, to vision_model.onnx_data."""
    written = model_path.with_name(model_path.name + ".data")
    if not written.exists():
        return
    wanted = model_path.with_name(model_path.name + "_data")
    model = onnx.load(model_path, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = wanted.name
    onnx.save(model, model_path)
    written.rename(wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, default="so400m")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    shape = SHAPES[options.shape]
    side = shape["image_size"]
    onnx_folder = options.out / "onnx"
    onnx_folder.mkdir(parents=True, exist_ok=True)

    tower = make_tower(shape, options.seed, "eager")
    batch = torch.export.Dim("batch", min=1, max=64)
    torch.onnx.export(
        PooledTower(tower),
        (torch.zeros(2, 3, side, side),),
        onnx_folder / "vision_model.onnx",
        input_names=["pixel_values"],
        output_names=["last_hidden_state", "pooler_output"],
        dynamic_shapes={"pixel_values": {0: batch}},
        external_data=options.shape != "small",
        dynamo=True,
    )
    name_data_as_the_hub_does(onnx_folder / "vision_model.onnx")
    vision = shape | {"model_type": "siglip_vision_model"}
    config = {"model_type": "siglip", "random_seed": options.seed, "vision_config": vision}
    preprocessor = {
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_processor_type": "SiglipImageProcessor",
        "image_std": [0.5, 0.5, 0.5],
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": {"height": side, "width": side},
    }
    for name, content in [("config.json", config), ("preprocessor_config.json", preprocessor)]:
        (options.out / name).write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
