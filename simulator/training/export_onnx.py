"""Writes the trained towers as ONNX with the config files of a Hugging Face SigLIP folder."""

import argparse
import hashlib
import json
import pathlib

import onnx
import torch

from captions import FACTS, POSITIONS, VOCABULARY
from siglip_model import HIDDEN, PROJECTION, TEXT_HIDDEN, TinySiglip

MODEL_ID = "durable-videoqa/tiny-siglip"

CONFIG = {
    "_name_or_path": MODEL_ID,
    "architectures": ["SiglipModel"],
    "model_type": "siglip",
    "vision_config": {
        "model_type": "siglip_vision_model",
        "hidden_size": HIDDEN,
        "image_size": 96,
        "patch_size": 16,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 192,
    },
    "text_config": {
        "model_type": "siglip_text_model",
        "vocab_size": len(VOCABULARY),
        "hidden_size": TEXT_HIDDEN,
        "max_position_embeddings": POSITIONS,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "projection_size": PROJECTION,
        "pad_token_id": 0,
    },
}

PREPROCESSOR = {
    "image_processor_type": "SiglipImageProcessor",
    "size": {"height": 96, "width": 96},
    "resample": 3,
    "do_rescale": True,
    "rescale_factor": 0.00392156862745098,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}

TOKENIZER = {
    "version": "1.0",
    "truncation": {"direction": "Right", "max_length": POSITIONS, "strategy": "LongestFirst", "stride": 0},
    "padding": {
        "strategy": {"Fixed": POSITIONS},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    },
    "added_tokens": [],
    "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None,
    "decoder": None,
    "model": {
        "type": "WordLevel",
        "vocab": {word: number for number, word in enumerate(VOCABULARY)},
        "unk_token": "[UNK]",
    },
}

TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "model_max_length": POSITIONS,
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
}


def export_tower(tower, example, name, path):
    batch = torch.export.Dim("batch", min=1, max=4096)
    program = torch.onnx.export(
        tower.eval(), (example,), dynamo=True, input_names=[name], output_names=["pooler_output"],
        dynamic_shapes=({0: batch},), opset_version=18, verbose=False,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    model = program.model_proto
    strip_traces(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def strip_traces(model):
    """The exporter records stack traces with the paths of the machine it ran on: remove all of it."""
    model.doc_string = ""
    del model.metadata_props[:]
    graph = model.graph
    graph.doc_string = ""
    del graph.metadata_props[:]
    del graph.value_info[:]
    for part in [*graph.node, *graph.input, *graph.output, *graph.initializer]:
        part.doc_string = ""
        del part.metadata_props[:]


def write_json(path, content):
    path.write_text(json.dumps(content, indent=2) + "\n")


def export(weights, out):
    model = TinySiglip(len(VOCABULARY), FACTS)
    model.load_state_dict(torch.load(weights, weights_only=True))
    export_tower(model.vision, torch.zeros(2, 3, 96, 96), "pixel_values", out / "onnx/vision_model.onnx")
    ids = torch.zeros(2, POSITIONS, dtype=torch.int64)
    export_tower(model.text, ids, "input_ids", out / "onnx/text_model.onnx")
    write_json(out / "config.json", CONFIG)
    write_json(out / "preprocessor_config.json", PREPROCESSOR)
    write_json(out / "tokenizer.json", TOKENIZER)
    write_json(out / "tokenizer_config.json", TOKENIZER_CONFIG)
    for path in sorted(out.glob("onnx/*.onnx")):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, path.stat().st_size)
    print("scale", model.scale.exp().item(), "bias", model.bias.item())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    export(arguments.weights, arguments.out)
