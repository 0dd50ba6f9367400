"""Answers, one JSON line each, what a benchmark asks of the peers' environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import analysis
import files
import places
import plot
import postgis

KNOWN = {
    function.__name__: function
    for function in (
        places.cities,
        files.prepare,
        files.copied,
        files.export,
        files.first_answer,
        files.rebuilt_index,
        postgis.tiles,
        postgis.statements,
        postgis.edit_to_tile,
        analysis.frames,
        plot.growth,
    )
}


def main() -> None:
    """Answer until the questions end."""
    # What a library prints must not stand between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(KNOWN[asked["what"]](**asked["how"])), file=answers, flush=True)


if __name__ == "__main__":
    main()
