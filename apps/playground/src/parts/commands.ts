/** Commands to an assistant, each with its intent and the slots in it: `{slot}` stands for one of its values. */
import type { Rng } from '@seqloom/core';

export interface Command {
  readonly words: readonly string[];
  /** BIO tags of the slots. */
  readonly tags: readonly string[];
  readonly intent: string;
}

const values: Readonly<Record<string, readonly string[]>> = {
  artist: ['miles davis', 'nina simone', 'bach', 'the rolling stones', 'adele', 'mozart', 'billie holiday'],
  genre: ['jazz', 'rock', 'classical', 'techno', 'folk'],
  city: ['paris', 'new york', 'berlin', 'san francisco', 'oslo', 'rome', 'cape town', 'kyoto'],
  day: ['today', 'tomorrow', 'on monday', 'on friday', 'this weekend', 'next week'],
  time: ['at seven', 'at half past six', 'at noon', 'at 8 pm', 'at 6 am', 'in ten minutes'],
  number: ['two', 'three', 'four', 'five', 'six'],
  food: ['italian', 'indian', 'thai', 'mexican', 'vegan'],
  room: ['kitchen', 'living room', 'bedroom', 'garage', 'hall'],
  colour: ['red', 'blue', 'green', 'warm white'],
};

const patterns: Readonly<Record<string, readonly string[]>> = {
  music: [
    'play some {genre}',
    'play {artist}',
    'i want to hear {artist}',
    'put on {genre} by {artist}',
    'can you play something by {artist}',
  ],
  weather: [
    'will it rain in {city} {day}',
    'what is the weather in {city}',
    'how warm is it {day} in {city}',
    'do i need an umbrella {day}',
  ],
  alarm: ['wake me up {time}', 'set an alarm {day} {time}', 'i need to get up {time} {day}', 'remind me {time}'],
  restaurant: [
    'book a table for {number} {day}',
    'find an {food} restaurant in {city}',
    'a table for {number} at an {food} place {time}',
    'where can i eat {food} food in {city}',
  ],
  lights: [
    'turn on the light in the {room}',
    'make the {room} {colour}',
    'switch off the {room} light {time}',
    'set the lights in the {room} to {colour}',
  ],
  trip: [
    'book a train to {city} {day}',
    'how do i get from {city} to {city}',
    'i want to fly to {city} {day}',
    'find a hotel in {city} for {number} nights',
  ],
};

const polite = ['', '', '', 'please ', 'hey , ', 'could you '];

export function makeCommand(rng: Rng): Command {
  const intent = rng.choice(Object.keys(patterns));
  const parts = `${rng.choice(polite)}${rng.choice(patterns[intent]!)}`.split(' ');
  const [words, tags]: [string[], string[]] = [[], []];
  for (const part of parts) {
    const slot = /^\{(.+)\}$/.exec(part)?.[1];
    const filled = slot ? rng.choice(values[slot]!).split(' ') : [part];
    words.push(...filled);
    tags.push(...filled.map((_, i) => (slot ? `${i === 0 ? 'B' : 'I'}-${slot}` : 'O')));
  }
  return { words, tags, intent };
}
