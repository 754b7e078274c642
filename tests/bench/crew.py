"""``python -m tests.bench.crew``: the candidates of `auto` on two workers beside the same in turn, both on all cores.

The two ways take turns. What is chosen must be the same: its plan, its validation loss and its head, to the last bit.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

from inspector.cluster import ClusterAddress, connect
from inspector.vision.network import InspectionNetwork
from tests.bench.common import inputs, last
from trainer.candidates import Choice, loss_on_validation, train_best
from trainer.crew import Crew
from trainer.examine import examine
from trainer.frozen import freezer
from trainer.methods import Context
from trainer.protocol import Command, TrainRequest
from trainer.split import split


def told() -> Command:
    """Nobody commands a benchmark."""
    return Command.RUN


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="bottle")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    root, weights = inputs(parser)
    request = TrainRequest(
        data=str(root / asked.set),
        out="unused",
        weights=str(weights),
        input_size=asked.size,
        epochs=asked.epochs,
        views=2,
        budget_s=1e6,
    )
    whole, _, clusters = last(examine(request))
    dataset = split(whole, request, clusters)
    ratios = []
    with connect(ClusterAddress.parse(f"local:{asked.workers}")) as cluster:
        cluster.check()
        for number in range(asked.rounds):
            row: dict[str, object] = {"set": asked.set, "round": number}
            taken, chosen = {}, {}
            for way in ("in turn", "side by side") if number % 2 == 0 else ("side by side", "in turn"):
                crew = Crew(cluster, told, None) if way == "side by side" else None
                context = Context(
                    request=request, weights=weights, command=told, freezer=freezer(request.precision), crew=crew
                )
                began_s = time.perf_counter()
                try:
                    choice: Choice = last(train_best(dataset, context))
                finally:
                    if crew is not None:
                        crew.close()
                taken[way] = time.perf_counter() - began_s
                trained = choice.trained
                assert isinstance(trained.network, InspectionNetwork)
                head = trained.network.head.weight.detach().numpy().tobytes()
                chosen[way] = (trained.plan, loss_on_validation(trained), head)
                row[way] = round(taken[way], 1)
            ratios.append(taken["in turn"] / taken["side by side"])
            row |= {"same": chosen["in turn"] == chosen["side by side"], "chosen": chosen["in turn"][0].words}
            print(json.dumps(row), flush=True)
    print(f"{asked.set}: in turn takes {statistics.median(ratios):.2f} times as long (median of {asked.rounds})")


if __name__ == "__main__":
    main()
