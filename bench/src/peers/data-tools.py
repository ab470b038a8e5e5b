"""Readers, tokenisers, features and metrics of Python: `python data-tools.py '{"work": …, "file": …}'` reads its input from a file in JSON, and for every
line that it reads prints the milliseconds of one run."""
import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
asked = json.loads(sys.argv[1])
with open(asked["file"], encoding="utf8") as file:
    given = json.load(file)


def read_conllu():
    import conllu

    return lambda: sum(1 for _ in conllu.parse(given))


def byte_pairs(size):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(given, trainer)
    return made


def encode():
    made = byte_pairs(asked["size"])
    return lambda: [made.encode(text).ids for text in given]


def log_mel():
    import librosa
    import numpy as np

    samples = np.array(given, dtype=np.float32)
    options = dict(sr=16000, n_fft=512, win_length=400, hop_length=160, n_mels=80)
    return lambda: np.log(np.maximum(librosa.feature.melspectrogram(y=samples, **options), 1e-10))


def bleu():
    import sacrebleu

    return lambda: sacrebleu.corpus_bleu(given["outputs"], [given["references"]]).score


run = {
    "conllu": read_conllu,
    "learn": lambda: lambda: byte_pairs(asked["size"]),
    "encode": encode,
    "log-mel": log_mel,
    "bleu": bleu,
}[asked["work"]]()
run()
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(1000 * (time.perf_counter() - start), flush=True)
