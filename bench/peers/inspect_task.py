"""One chat call per item with one picture, by inspect_ai, on whatever provider OPENAI_BASE_URL names."""

import base64
import json
import os
import sys
import tempfile
from pathlib import Path

from inspect_ai import Task, eval as run_eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ContentImage, ContentText
from inspect_ai.solver import generate


def samples(items_file: str) -> list[Sample]:
    """One JSON line per item: id, question and the path of its picture."""
    lines = Path(items_file).read_text().splitlines()
    return [sample(json.loads(line)) for line in lines if line]


def sample(item: dict) -> Sample:
    picture = base64.b64encode(Path(item["picture"]).read_bytes()).decode()
    content = [
        ContentText(text=item["question"]),
        ContentImage(image=f"data:image/jpeg;base64,{picture}"),
    ]
    return Sample(id=item["id"], input=[ChatMessageUser(content=content)], target=item["answer"])


def main() -> None:
    items_file, window = sys.argv[1], int(sys.argv[2])
    task = Task(dataset=MemoryDataset(samples(items_file)), solver=generate(), scorer=None)
    with tempfile.TemporaryDirectory() as logs:
        (log,) = run_eval(
            task,
            model="openai/simulated-vlm",
            model_args={"responses_api": False},
            log_dir=logs,
            max_connections=window,
            max_samples=window,
            display="none",
        )
    if log.status != "success":
        sys.exit(f"inspect_ai ended with {log.status}: {log.error}")


if __name__ == "__main__":
    os.environ.setdefault("OPENAI_API_KEY", "none")
    main()
