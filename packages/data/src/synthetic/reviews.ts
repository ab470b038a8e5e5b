/** Short reviews that are for or against something, with negations and with words that weigh more. */
import type { Rng } from '@seqloom/core/rng';
import { drawExamples, type GenerateUnlikeOptions } from './draw-examples.js';
import { fillTemplate } from './templates.js';

/** A text and whether it is `positive` or `negative`. */
export interface ReviewExample {
  readonly text: string;
  readonly label: 'positive' | 'negative';
}

const common = {
  thing: ['film', 'book', 'meal', 'hotel', 'concert', 'bicycle', 'lamp', 'course'],
  part: ['ending', 'service', 'sound', 'price', 'beginning', 'look of it', 'staff'],
  very: ['really', 'very', 'truly', 'quite', 'so'],
};
const words = {
  positive: {
    praise: ['good', 'wonderful', 'charming', 'delightful', 'clever', 'solid', 'generous'],
    felt: ['loved', 'enjoyed', 'liked', 'admired'],
  },
  negative: {
    praise: ['bad', 'dreadful', 'boring', 'clumsy', 'dull', 'careless', 'shabby'],
    felt: ['hated', 'regretted', 'disliked', 'endured'],
  },
};
const plain = [
  'the {thing} was {very} {praise}',
  'a {praise} {thing} , and the {part} was {praise} too',
  'we {felt} this {thing}',
  'what a {praise} {thing}',
  'I {felt} every minute , above all the {part}',
  'the {part} alone was {praise}',
];
/** Here the words say the opposite of what is meant. */
const turned = [
  'the {thing} was not {praise} at all',
  'nobody could call this {thing} {praise}',
  'I never {felt} a {thing} less',
  'they promised a {praise} {thing} , and it was nothing of the kind',
  'far from {praise} , this {thing}',
];

/** Reviews, one half of each label and one third turned round by a negation. */
export function generateReviews(options: GenerateUnlikeOptions): ReviewExample[] {
  return drawExamples('generateReviews', options, ['exclude'], review, ({ text }) => text);
}

function review(rng: Rng): ReviewExample {
  const said = rng.choice(['positive', 'negative'] as const);
  const isTurned = rng.below(3) === 0;
  const pieces = fillTemplate(rng, rng.choice(isTurned ? turned : plain), { ...common, ...words[said] });
  const meant = said === 'positive' ? 'negative' : 'positive';
  return { text: pieces.flatMap((piece) => piece.words).join(' '), label: isTurned ? meant : said };
}
