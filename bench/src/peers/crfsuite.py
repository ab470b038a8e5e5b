"""CRFsuite through python-crfsuite, on attributes in its text format. One line on standard output for each line on standard input."""
import json
import os
import re
import sys
import time

import pycrfsuite


def sequences(path):
    items, labels = [], []
    for line in open(path, encoding='utf8'):
        fields = line.rstrip('\n').split('\t')
        if fields == ['']:
            if items:
                yield items, labels
            items, labels = [], []
        else:
            labels.append(fields[0])
            items.append([re.sub(r'\\(.)', r'\1', field) if '\\' in field else field for field in fields[1:]])


class Trainer(pycrfsuite.Trainer):
    """Waits for a line before every iteration, and says how many milliseconds it took."""

    stepwise = False

    def on_iteration(self, log, info):
        if self.stepwise:
            say(1000 * (time.perf_counter() - self.began))
            self.wait()

    def wait(self):
        if not sys.stdin.readline():
            os._exit(0)
        self.began = time.perf_counter()

    def silent(self, *_):
        pass

    on_start = on_end = on_featgen_progress = on_featgen_end = on_prepared = on_prepare_error = on_optimization_end = silent


def say(value):
    print(value, flush=True)


def most():
    """The most memory there was, in megabytes; getrusage would count what the parent had when it made this process."""
    return int(re.search(r'VmHWM:\s*(\d+)', open('/proc/self/status').read())[1]) / 1000


def trained(path, iterations, stepwise=False):
    trainer = Trainer(algorithm='lbfgs', verbose=True)
    trainer.set_params({'c2': 0.1, 'max_iterations': iterations})
    for items, labels in sequences(path):
        trainer.append(items, labels)
    trainer.stepwise = stepwise
    if stepwise:
        say('ready')
        trainer.wait()
    model = f'{path}.{os.getpid()}.crfsuite'
    trainer.train(model)
    tagger = pycrfsuite.Tagger()
    tagger.open(model)
    os.unlink(model)
    return tagger


asked = json.loads(sys.argv[1])
if asked['work'] == 'training':
    trained(asked['train'], 1000, stepwise=True)
elif asked['work'] == 'memory':
    before = most()
    trained(asked['train'], asked['iterations'])
    say(most() - before)
else:
    tagger = trained(asked['train'], asked['iterations'])
    test = list(sequences(asked['test']))
    say(sum(x == y for items, labels in test for x, y in zip(tagger.tag(items), labels)))
    for _ in sys.stdin:
        began = time.perf_counter()
        for items, _ in test:
            tagger.tag(items)
        say(1000 * (time.perf_counter() - began))
