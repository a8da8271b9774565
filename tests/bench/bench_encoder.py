"""What encoding a diary takes by its length: linear, and no system of as many unknowns is solved.

PYTHONPATH=. python tests/bench/bench_encoder.py [BUNDLE]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import torch

from core.domain import Outcome
from core.model.bundle import Bundle

LENGTHS = (50, 500, 5000)


def milliseconds(encoder: torch.nn.Module, length: int) -> float:
    """Fastest of seven encodings of a diary of that many films."""
    transcript = torch.zeros((1, length, 2), dtype=torch.int32)
    transcript[0, :, 0] = torch.arange(1, length + 1)
    transcript[0, :, 1] = int(Outcome.SEEN)
    times = []
    for _ in range(7):
        begin = time.perf_counter()
        with torch.inference_mode():
            encoder(transcript)
        times.append(time.perf_counter() - begin)
    return 1000 * min(times)


if __name__ == "__main__":
    torch.set_num_threads(1)
    network = Bundle.load(Path(sys.argv[1] if len(sys.argv) > 1 else "models/marquee")).network
    for length in LENGTHS:
        print(f"{length:>6} films  {milliseconds(network.encoder, length):8.2f} ms")
