"""The PyTorch side of a case: `python torch.py '{"work": …, "threads": 1, …sizes}'` builds the work, then for every line that it reads
prints the milliseconds of one run (several are timed together where one is short)."""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
from torch import nn


def recurrent(kind, batch, time, inputSize, units):
    network = getattr(nn, kind)(inputSize, units, batch_first=True)
    return network, torch.randn(batch, time, inputSize)


def training(kind, **sizes):
    network, x = recurrent(kind, **sizes)

    def run():
        network.zero_grad(set_to_none=True)
        network(x)[0].square().mean().backward()

    return run


def inference(kind, **sizes):
    network, x = recurrent(kind, **sizes)

    def run():
        with torch.inference_mode():
            network(x)

    return run


class Dates(nn.Module):
    """Embeddings, two LSTMs, dot attention over the encoder's outputs, a layer of tanh and the logits."""

    def __init__(self, sourceVocabulary, targetVocabulary, embed, units):
        super().__init__()
        self.source = nn.Embedding(sourceVocabulary, embed)
        self.target = nn.Embedding(targetVocabulary, embed)
        self.encoder = nn.LSTM(embed, units, batch_first=True)
        self.decoder = nn.LSTM(embed, units, batch_first=True)
        self.combine = nn.Linear(2 * units, units)
        self.output = nn.Linear(units, targetVocabulary)

    def forward(self, source, target):
        memory, state = self.encoder(self.source(source))
        hidden, _ = self.decoder(self.target(target), state)
        weights = (hidden @ memory.transpose(1, 2)).softmax(-1)
        return self.output(torch.tanh(self.combine(torch.cat([hidden, weights @ memory], -1))))


def dates(batch, sourceTime, targetTime, sourceVocabulary, targetVocabulary, embed, units):
    model = Dates(sourceVocabulary, targetVocabulary, embed, units)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    source = torch.randint(sourceVocabulary, (batch, sourceTime))
    target = torch.randint(targetVocabulary, (batch, targetTime + 1))

    def run():
        optimizer.zero_grad(set_to_none=True)
        logits = model(source, target[:, :-1])
        nn.functional.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten()).backward()
        optimizer.step()

    return run


class CRF(nn.Module):
    """pytorch-crf's formulas, for machines without the package: batch second, every step real."""

    def __init__(self, tags):
        super().__init__()
        self.start = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.end = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.transitions = nn.Parameter(torch.empty(tags, tags).uniform_(-0.1, 0.1))

    def forward(self, emissions, tags, reduction="mean"):
        steps, rows = torch.arange(len(tags)).unsqueeze(1), torch.arange(tags.shape[1])
        path = emissions[steps, rows, tags].sum(0) + self.transitions[tags[:-1], tags[1:]].sum(0)
        score = self.start + emissions[0]
        for emission in emissions[1:]:
            score = torch.logsumexp(score.unsqueeze(2) + self.transitions + emission.unsqueeze(1), 1)
        whole = torch.logsumexp(score + self.end, 1)
        return (path + self.start[tags[0]] + self.end[tags[-1]] - whole).mean()


def taggerHead(tags):
    try:
        from torchcrf import CRF as Original
    except ImportError:
        return CRF(tags)
    return Original(tags)


def tagger(batch, time, vocabulary, embed, units, tags):
    embedding, network = nn.Embedding(vocabulary, embed), nn.LSTM(embed, units, bidirectional=True)
    emission, head = nn.Linear(2 * units, tags), taggerHead(tags)
    optimizer = torch.optim.Adam(nn.ModuleList([embedding, network, emission, head]).parameters(), 1e-3)
    tokens, labels = torch.randint(vocabulary, (time, batch)), torch.randint(tags, (time, batch))

    def run():
        optimizer.zero_grad(set_to_none=True)
        (-head(emission(network(embedding(tokens))[0]), labels, reduction="mean")).backward()
        optimizer.step()

    return run


def attention(heads, time, features, causal):
    inputs = [torch.randn(1, heads, time, features, requires_grad=True) for _ in range(3)]

    def run():
        context = nn.functional.scaled_dot_product_attention(*inputs, is_causal=bool(causal))
        torch.autograd.grad(context.square().sum(), inputs)

    return run


def ctc(batch, time, classes, labels):
    logits = torch.randn(batch, time, classes, requires_grad=True)
    targets = torch.randint(1, classes, (batch, labels))
    frames, lengths = torch.full((batch,), time), torch.full((batch,), labels)

    def run():
        logits.grad = None
        nn.functional.ctc_loss(logits.log_softmax(-1).transpose(0, 1), targets, frames, lengths).backward()

    return run


def transformer(batch, time, size, heads, hidden):
    layer = nn.TransformerEncoderLayer(size, heads, hidden, dropout=0.0, batch_first=True)
    x, target = torch.randn(batch, time, size), torch.randn(batch, time, size)
    optimizer = torch.optim.Adam(layer.parameters(), lr=1e-3)

    def run():
        optimizer.zero_grad(set_to_none=True)
        nn.functional.mse_loss(layer(x), target).backward()
        optimizer.step()

    return run


def time_one(run, atLeast=0.02):
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < atLeast:
        run()
        count += 1
    return 1000 * (time.perf_counter() - start) / count


works = {"training": training, "inference": inference, "dates": dates, "tagger": tagger, "attention": attention, "ctc": ctc, "transformer": transformer}
asked = json.loads(sys.argv[1])
torch.manual_seed(1)
torch.set_num_threads(asked.pop("threads"))
run = works[asked.pop("work")](**asked)
time_one(run, 0.5)
print(torch.__version__, flush=True)
for _ in sys.stdin:
    print(time_one(run), flush=True)
