"""The worker protocol of the benchmark.

A worker reads commands, one a line, and answers each with one line of JSON. `load` reads the model and answers the first
text; `predict N` answers all texts in one call, N times over; `single N` answers short texts, each in a call of its own.
Workers of transformers have the name of a case there, such as `1x128`.
`cpu_s` is the process's CPU time, `wall_s` the time passed; `model` is the part of a load that reads the model.
"""

import json
import sys
import time


def now():
    return time.process_time(), time.perf_counter()


def spent(since):
    return {"cpu_s": time.process_time() - since[0], "wall_s": time.perf_counter() - since[1]}


def serve(load, ways, readable):
    """Answers commands until there are no more.

    `load` makes a model of a path. `ways` has, by command, the texts and a function of model and texts, that of the first
    answer first; `readable` makes answers of what that function gave, outside the time that counts.
    """
    model = None
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        command, *passes = line.split()
        since = now()
        if command == "load":
            model = load()
            loaded = spent(since)
            texts, function = next(iter(ways.values()))
            function(model, texts[:1])
            reply = {**spent(since), "model": loaded}
        else:
            texts, function = ways[command]
            for _ in range(int(passes[0])):
                found = function(model, texts)
            reply = {**spent(since), "answers": readable(found)}
        print(json.dumps(reply), flush=True)
