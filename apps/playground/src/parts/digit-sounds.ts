/** Sounds like spoken digits, made by filtering buzz and noise: coarse vowels and consonants of invented speakers, no voices. */
import type { Rng } from '@seqloom/core';

export const sampleRate = 8000;
export const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

/** Where a sound's two lowest resonances begin and end, in hertz; how much of it is buzz, how much noise; its length in milliseconds. */
interface Sound {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly buzz: number;
  readonly noise: number;
  readonly milliseconds: number;
}

const steady = (first: number, second: number, buzz: number, noise: number, milliseconds: number): Sound => ({
  from: [first, second],
  to: [first, second],
  buzz,
  noise,
  milliseconds,
});
const vowel = (first: number, second: number, milliseconds = 140) => steady(first, second, 1, 0.02, milliseconds);
const glide = (from: [number, number], to: [number, number], milliseconds = 220): Sound => ({
  ...vowel(0, 0, milliseconds),
  from,
  to,
});
const [silence, n, w, r] = [
  steady(500, 1500, 0, 0, 50),
  steady(280, 1500, 0.5, 0, 90),
  vowel(320, 700, 80),
  vowel(430, 1200, 80),
];
const [s, z, f, th, t, k, v] = [
  steady(2800, 3600, 0, 0.5, 130),
  steady(2700, 3500, 0.25, 0.4, 100),
  steady(1600, 3200, 0, 0.15, 100),
  steady(1500, 2600, 0, 0.1, 100),
  steady(2500, 3600, 0, 0.6, 25),
  steady(1400, 2400, 0, 0.6, 25),
  steady(300, 1100, 0.4, 0.1, 70),
];
const [ih, uw, ah, iy, ao, eh] = [
  vowel(400, 2000, 110),
  vowel(320, 900, 200),
  vowel(640, 1200),
  vowel(300, 2300, 200),
  vowel(570, 850, 200),
  vowel(550, 1850),
];

/** In the order of `digits`. */
const pronunciations: readonly (readonly Sound[])[] = [
  [z, ih, r, glide([520, 1000], [380, 850])],
  [w, ah, n],
  [silence, t, uw],
  [th, r, iy],
  [f, ao, r],
  [f, glide([720, 1250], [400, 2000]), v],
  [s, ih, silence, k, s],
  [s, eh, v, vowel(450, 1500, 70), n],
  [glide([520, 1900], [350, 2300]), silence, t],
  [n, glide([720, 1250], [400, 2000]), n],
];

/** The digits one after another, with pauses, as one invented speaker says them: samples from −1 to 1. */
export function speak(rng: Rng, spoken: readonly number[], noise: number): Float32Array {
  const voice = {
    pitch: 90 + 130 * rng.uniform(),
    throat: 0.92 + 0.2 * rng.uniform(),
    pace: 0.8 + 0.5 * rng.uniform(),
  };
  const sounds = spoken.flatMap((digit) => [pause(rng), ...pronunciations[digit]!]);
  const samples = [...sounds, pause(rng)].flatMap((sound) => say(rng, sound, voice));
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-3);
  const level = (0.4 + 0.5 * rng.uniform()) / loudest;
  return Float32Array.from(samples, (sample) => sample * level + noise * rng.normal());
}

function pause(rng: Rng): Sound {
  return { ...silence, milliseconds: 40 + 80 * rng.uniform() };
}

interface Voice {
  readonly pitch: number;
  readonly throat: number;
  readonly pace: number;
}

/** Pulses and noise through two resonances, which move in steps of 5 ms. */
function say(rng: Rng, { from, to, buzz, noise, milliseconds }: Sound, { pitch, throat, pace }: Voice): number[] {
  const length = Math.round((milliseconds * pace * (0.85 + 0.3 * rng.uniform()) * sampleRate) / 1000);
  const out = new Array<number>(length);
  const resonances = [new Resonance(90), new Resonance(140)];
  let phase = rng.uniform();
  for (let i = 0; i < length; i++) {
    const done = i / length;
    if (i % 40 === 0)
      for (const [at, resonance] of resonances.entries())
        resonance.tune(Math.min(3800, throat * (from[at]! + (to[at]! - from[at]!) * done)));
    phase += (pitch * (1.05 - 0.1 * done)) / sampleRate;
    const pulse = phase >= 1 ? 6 * buzz : 0;
    if (phase >= 1) phase -= 1;
    const source = pulse + noise * (2 * rng.uniform() - 1);
    const edge = Math.min(1, i / 80, (length - i) / 80);
    out[i] = edge * (resonances[0]!.pass(source) + 0.7 * resonances[1]!.pass(source));
  }
  return out;
}

/** A filter of second order that rings at one frequency. */
class Resonance {
  readonly #decay: number;
  #turn = 0;
  #last = 0;
  #before = 0;

  /** The bandwidth in hertz. */
  constructor(bandwidth: number) {
    this.#decay = Math.exp((-Math.PI * bandwidth) / sampleRate);
  }

  tune(frequency: number): void {
    this.#turn = 2 * this.#decay * Math.cos((2 * Math.PI * frequency) / sampleRate);
  }

  pass(x: number): number {
    const y = (1 - this.#decay) * x + this.#turn * this.#last - this.#decay ** 2 * this.#before;
    this.#before = this.#last;
    this.#last = y;
    return y;
  }
}
