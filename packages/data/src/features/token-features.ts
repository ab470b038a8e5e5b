/** What a tagger sees of a word beside its neighbours: each feature maps a word form to a text that is then embedded. */

/** A feature of one word form. */
export type TokenFeature = (form: string) => string;

/** Stands before a word's beginning and after its end, so that the prefix of a short word differs from that of a long one. */
const edge = '\u0000';

/** The features that a TokenEncoder can use, by name. */
export const tokenFeatures: {
  readonly word: TokenFeature;
  readonly prefix1: TokenFeature;
  readonly prefix2: TokenFeature;
  readonly prefix3: TokenFeature;
  readonly suffix1: TokenFeature;
  readonly suffix2: TokenFeature;
  readonly suffix3: TokenFeature;
  readonly suffix4: TokenFeature;
  readonly shape: TokenFeature;
} = {
  word: folded,
  prefix1: prefix(1),
  prefix2: prefix(2),
  prefix3: prefix(3),
  suffix1: suffix(1),
  suffix2: suffix(2),
  suffix3: suffix(3),
  suffix4: suffix(4),
  shape,
};

export type TokenFeatureName = keyof typeof tokenFeatures;

/** The word in lower case with every digit as 0: `In 1998` and `in 2003` share their parameters. */
function folded(form: string): string {
  return form.toLowerCase().replace(/\p{Nd}/gu, '0');
}

/** The first `size` code points of the folded word. */
function prefix(size: number): TokenFeature {
  return (form) => [...folded(form), edge].slice(0, size).join('');
}

/** The last `size` code points of the folded word. */
function suffix(size: number): TokenFeature {
  return (form) => [edge, ...folded(form)].slice(-size).join('');
}

/** Capitals as X, small letters as x, other letters as o, digits as d, the rest as it is, runs cut to two: `McDonald's` → `XxXxx'x`. */
function shape(form: string): string {
  const classes = form
    .replace(/\p{Lu}|\p{Lt}/gu, 'X')
    .replace(/\p{Ll}/gu, 'x')
    .replace(/\p{Nd}/gu, 'd')
    .replace(/(?![Xxd])\p{L}/gu, 'o');
  return classes.replace(/(.)\1{2,}/gu, '$1$1');
}
