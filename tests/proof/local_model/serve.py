"""Serves a GGUF file until its input ends: a program for the local model's environment, where there is no Holdfast.

python serve.py PATH PORT NAME THREADS
"""

import os
import sys

import xllamacpp  # type: ignore[import-not-found]  # see above

AT_ONCE = 4
"""How many replies are written side by side: together they take little longer than one."""
CONTEXT_TOKENS = 2048
"""For each; a quarter of what the model can hold: one that finds no end to its reply is stopped the sooner."""
REPEAT_PENALTY, REPEAT_TOKENS = 1.15, 256
"""Without one so small a model ends no list that it has begun; a request may name its own."""


def main(path: str, port: str, name: str, threads: str) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.model_alias = {name}
    params.port = int(port)
    params.n_parallel, params.n_ctx = AT_ONCE, AT_ONCE * CONTEXT_TOKENS
    params.cpuparams.n_threads = int(threads)
    params.sampling.temp = 0.0
    params.sampling.penalty_repeat, params.sampling.penalty_last_n = REPEAT_PENALTY, REPEAT_TOKENS
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # its threads end with it: none holds anything that must be written


if __name__ == "__main__":
    main(*sys.argv[1:])
