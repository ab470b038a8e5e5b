/** The training worker: carries out commands one after another, and between them, while training, one step at a time. */
import { Bench } from './bench.js';
import type { Command, Report } from './protocol.js';

const scope = self as unknown as {
  name: string;
  onmessage: ((event: MessageEvent<Command>) => void) | null;
  postMessage(message: Report | 'alive'): void;
};

const commands: Command[] = [];
let wake = () => {};

scope.onmessage = ({ data }) => {
  commands.push(data);
  wake();
};

/** Held as long as this worker lives: the page waits for it, and so learns of the worker's death. */
navigator.locks?.request(scope.name, () => {
  scope.postMessage('alive');
  return new Promise(() => {});
});

const bench = new Bench((report) => scope.postMessage(report));
await bench.open();
for (;;) {
  for (let command = commands.shift(); command; command = commands.shift()) {
    if (command.type === 'watch') await nextTask();
    if (command.type === 'watch' && commands[0]?.type === 'watch') continue; // of questions in a row, the newest counts
    await bench.obey(command);
  }
  if (bench.training) {
    await bench.step();
    await nextTask();
  } else {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (commands.length > 0) resolve();
    });
  }
}

/** Lets waiting messages in; a timer would cost 4 ms each time. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
