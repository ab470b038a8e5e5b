/** Commands to a house, with what is wanted and the slots that say it. */
import type { Rng } from '@seqloom/core/rng';
import { drawExamples, type GenerateUnlikeOptions } from './draw-examples.js';
import { fillTemplate } from './templates.js';

/** Words, a BIO tag for each, and the intent. */
export interface CommandExample {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly intent: string;
}

const lists = {
  time: ['six', 'half past seven', 'a quarter to nine', 'noon', 'ten in the evening', 'midnight', 'eight thirty'],
  day: ['today', 'tomorrow', 'on Monday', 'next Friday', 'this weekend', 'on Sunday'],
  place: ['Oslo', 'Lisbon', 'Cape Town', 'the mountains', 'Buenos Aires', 'Izmir', 'the old harbour'],
  room: ['kitchen', 'living room', 'hall', 'bedroom', 'garden', 'cellar'],
  colour: ['red', 'warm white', 'blue', 'soft green', 'amber'],
  duration: ['ten minutes', 'an hour', 'half an hour', 'forty seconds', 'three hours'],
  person: ['Amina', 'uncle Pedro', 'the dentist', 'Jonas', 'my sister', 'Doctor Weiss'],
  artist: ['the Paper Lanterns', 'Nora Vale', 'Seven Rivers', 'the Slow Trains'],
  style: ['jazz', 'folk music', 'something calm', 'old waltzes'],
  thing: ['milk', 'two lemons', 'dark bread', 'washing powder', 'a bag of rice'],
};

const templates: Readonly<Record<string, readonly string[]>> = {
  'set-alarm': [
    'wake me at {time} {day}',
    'set an alarm for {time}',
    'I must be up by {time} {day}',
    'please ring at {time}',
  ],
  'ask-weather': [
    'will it rain in {place} {day}',
    'how warm is it in {place}',
    '{day} in {place} , do I need a coat',
    'what is the sky like over {place} {day}',
  ],
  'switch-light': [
    'make the {room} {colour}',
    'switch the lights off in the {room}',
    'I want {colour} light in the {room}',
    'it is too dark in the {room}',
  ],
  'set-timer': ['tell me when {duration} are over', 'count down from {duration}', 'give the eggs {duration}'],
  'call-person': ['call {person}', 'I want to speak to {person} at {time}', 'get {person} on the line , please'],
  'play-music': [
    'play {style} in the {room}',
    'put on {artist}',
    'I feel like {style} by {artist}',
    '{artist} for {duration} , please',
  ],
  'buy-thing': ['put {thing} on the list', 'we have run out of {thing}', 'remind me to buy {thing} {day}'],
};

/** Commands of seven intents with ten slots; each intent comes as often, each template of it too. */
export function generateCommands(options: GenerateUnlikeOptions): CommandExample[] {
  return drawExamples('generateCommands', options, ['exclude'], command, ({ words }) => words.join(' '));
}

function command(rng: Rng): CommandExample {
  const intent = rng.choice(Object.keys(templates));
  const pieces = fillTemplate(rng, rng.choice(templates[intent]!), lists);
  const tag = (list: string | undefined, i: number) => (list ? `${i === 0 ? 'B' : 'I'}-${list}` : 'O');
  return {
    words: pieces.flatMap(({ words }) => words),
    tags: pieces.flatMap(({ words, list }) => words.map((_, i) => tag(list, i))),
    intent,
  };
}
