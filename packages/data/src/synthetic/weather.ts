/** What a friend far away does each day, and the weather behind it. */
import { count } from '@seqloom/core/options';
import type { GenerateSequencesOptions } from './casino-rolls.js';
import { drawExamples } from './draw-examples.js';
import { drawChain, type HiddenChain } from './hidden-chain.js';

export type Weather = 'rainy' | 'sunny';
export type Activity = 'walk' | 'shop' | 'clean';

/** Day by day what is seen and what is not. */
export interface WeatherExample {
  readonly activities: readonly Activity[];
  readonly weather: readonly Weather[];
}

const weathers: readonly Weather[] = ['rainy', 'sunny'];
const activities: readonly Activity[] = ['walk', 'shop', 'clean'];

/** The usual example of the HMM literature: states rainy and sunny; symbols walk, shop and clean. */
export const weatherChain: HiddenChain = {
  start: [0.6, 0.4],
  transition: [
    [0.7, 0.3],
    [0.4, 0.6],
  ],
  emission: [
    [0.1, 0.4, 0.5],
    [0.6, 0.3, 0.1],
  ],
};

/** Diaries: `count` sequences. */
export function generateWeather(options: GenerateSequencesOptions): WeatherExample[] {
  const { length = 100 } = options;
  count('generateWeather', 'length', length);
  return drawExamples('generateWeather', options, ['length'], (rng) => {
    const { states, symbols } = drawChain(rng, weatherChain, length);
    return { activities: symbols.map((i) => activities[i]!), weather: states.map((i) => weathers[i]!) };
  });
}
