"""The hmmlearn side of a case: `python hmm-peer.py '{"work": "work.json"}'` reads what to do, and the rows as float64 from the file named there, and for
every line of its input prints the milliseconds of one run, of the faster of hmmlearn's two implementations."""
import json
import sys
import time
import warnings

import numpy as np
from hmmlearn import hmm

warnings.filterwarnings("ignore")
with open(json.loads(sys.argv[1])["work"]) as file:
    asked = json.load(file)
rows = np.fromfile(asked["file"]).reshape(-1, asked["width"])
lengths = [asked["length"]] * (len(rows) // asked["length"])


def model(implementation):
    shared = dict(n_components=asked["states"], n_iter=1, init_params="", implementation=implementation)
    if asked["kind"] == "categorical":
        made = hmm.CategoricalHMM(n_features=asked["symbols"], **shared)
        made.emissionprob_ = np.array(asked["emissionProb"]).reshape(asked["states"], -1)
    else:
        made = hmm.GaussianHMM(covariance_type=asked["kind"], **shared)
        made.means_ = np.array(asked["means"]).reshape(asked["states"], -1)
        width = asked["width"]
        made.covars_ = np.ones((asked["states"], width)) if asked["kind"] == "diag" else np.tile(np.eye(width), (asked["states"], 1, 1))
    made.startprob_ = np.array(asked["startProb"])
    made.transmat_ = np.array(asked["transMat"]).reshape(asked["states"], -1)
    return made


data = rows.astype(int) if asked["kind"] == "categorical" else rows


def run(implementation):
    made = model(implementation)
    start = time.perf_counter()
    made.fit(data, lengths) if asked["work"] == "em" else made.decode(data, lengths)
    return 1000 * (time.perf_counter() - start)


print("ready", flush=True)
for _ in sys.stdin:
    print(min(run("log"), run("scaling")), flush=True)
