"""A process of its own that serves the packaged model through llama.cpp until its standard input ends.

Standard input: one line of JSON (model, key). Standard output: the port, once it is ready.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    from xllamacpp import CommonParams, Server

    wanted = json.loads(sys.stdin.readline())
    params = CommonParams()
    params.model.path = wanted["model"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [wanted["key"]]
    params.n_ctx = 2048
    params.n_parallel = 2
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    # The same question gets the same answer.
    params.sampling.temp = 0.0
    params.warmup = False
    server = Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    # Its threads have no orderly end worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main()
