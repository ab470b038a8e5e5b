/** Models that were trained beforehand, one for the data and the model that an experiment begins with: fetched when these are composed, not with the page. */
import type { Controls } from '../controls/control.js';
import type { Composition } from '../worker/protocol.js';

const addresses = import.meta.glob<string>('../../pretrained/*.safetensors', {
  eager: true,
  query: '?url',
  import: 'default',
});

/** The model for this composition, if there is one and it can be had; however the next one is going to be trained. */
export async function fetchPretrained(
  { experiment, setup, file }: Composition,
  controls: Controls,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const address = addresses[`../../pretrained/${experiment}.safetensors`];
  const changed = Object.entries(controls).some(
    ([name, { affects, initial }]) => affects !== 'training' && setup[name] !== initial,
  );
  if (!address || file || changed) return undefined;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    console.warn(`There is no model to try before training: ${address} could not be fetched.`, error);
    return undefined;
  }
}
