/** English sentences and their French translations, from a small grammar: verbs and articles agree, most adjectives change places. */
import type { Rng } from '@seqloom/core';
import type { Pair } from './translation.js';

const subjects = [
  'i/je/0',
  'you/tu/1',
  'he/il/2',
  'she/elle/2',
  'we/nous/3',
  'they/ils/4',
  'anna/anna/2',
  'paul/paul/2',
  'my sister/ma soeur/2',
  'the children/les enfants/4',
];

/** Base form, third person; je, tu, il, nous, ils. */
const verbs = [
  'see sees/vois vois voit voyons voient',
  'eat eats/mange manges mange mangeons mangent',
  'want wants/veux veux veut voulons veulent',
  'buy buys/achète achètes achète achetons achètent',
  'love loves/aime aimes aime aimons aiment',
  'take takes/prends prends prend prenons prennent',
  'sell sells/vends vends vend vendons vendent',
  'find finds/trouve trouves trouve trouvons trouvent',
];

const nouns = [
  'house/maison/f',
  'car/voiture/f',
  'apple/pomme/f',
  'book/livre/m',
  'dog/chien/m',
  'cat/chat/m',
  'flower/fleur/f',
  'bread/pain/m',
  'key/clé/f',
  'hat/chapeau/m',
  'table/table/f',
  'bag/sac/m',
];

/** Masculine and feminine; + stands before its noun. */
const adjectives = [
  'red/rouge rouge',
  'green/vert verte',
  'black/noir noire',
  'white/blanc blanche',
  'heavy/lourd lourde',
  'new/neuf neuve',
  'small/petit petite/+',
  'big/grand grande/+',
  'old/vieux vieille/+',
  'beautiful/beau belle/+',
];

const articles = ['the/le la', 'a/un une', 'my/mon ma', 'your/ton ta', 'this/ce cette', 'her/son sa'];
const adverbs = ["today/aujourd'hui", 'now/maintenant', 'every day/tous les jours', 'in paris/à paris', 'again/encore'];

/** A sentence of three to about nine words. */
export function makePair(rng: Rng): Pair {
  const [who, qui, person] = rng.choice(subjects).split('/') as [string, string, string];
  const [forms, conjugated] = rng
    .choice(verbs)
    .split('/')
    .map((part) => part.split(' ')) as [string[], string[]];
  const verb = conjugated[Number(person)]!;
  const vowel = /^[aeiouéè]/;
  const negated = rng.uniform() < 0.3;
  const third = person === '2';
  const english = negated ? [third ? 'does' : 'do', 'not', forms[0]!] : [third ? forms[1]! : forms[0]!];
  const french = negated ? [vowel.test(verb) ? "n'" : 'ne', verb, 'pas'] : [verb];
  const je = qui === 'je' && vowel.test(french[0]!) ? "j'" : qui;
  const [thing, chose] = nounPhrase(rng);
  const [when, quand] = rng.uniform() < 0.4 ? (rng.choice(adverbs).split('/') as [string, string]) : ['', ''];
  const words = (...parts: string[]) => parts.join(' ').trim().split(/\s+/);
  return { source: words(who, ...english, thing, when), target: words(je, ...french, chose, quand) };
}

function nounPhrase(rng: Rng): [english: string, french: string] {
  const [noun, nom, gender] = rng.choice(nouns).split('/') as [string, string, 'm' | 'f'];
  const agree = (pair: string) => pair.split(' ')[gender === 'm' ? 0 : 1]!;
  const [article, determinant] = rng.choice(articles).split('/') as [string, string];
  if (rng.uniform() < 0.3) return [withArticle(article, noun), `${agree(determinant)} ${nom}`];
  const [adjective, qualité, before] = rng.choice(adjectives).split('/') as [string, string, string | undefined];
  const placed = before ? `${agree(qualité)} ${nom}` : `${nom} ${agree(qualité)}`;
  return [withArticle(article, `${adjective} ${noun}`), `${agree(determinant)} ${placed}`];
}

function withArticle(article: string, rest: string): string {
  return `${article === 'a' && /^[aeiou]/.test(rest) ? 'an' : article} ${rest}`;
}
