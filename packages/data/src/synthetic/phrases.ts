/** English phrases and their French translations from a small grammar of our own: genders, agreement, elision and negation. */
import type { Rng } from '@seqloom/core/rng';
import type { SentencePair } from '../formats/lines.js';
import { drawExamples, type GenerateUnlikeOptions } from './draw-examples.js';

/** English and French; the place in the table of verb forms: je, tu, il, nous, ils. */
const subjects: readonly (readonly [english: string, french: string, form: number])[] = [
  ['I', 'je', 0],
  ['you', 'tu', 1],
  ['he', 'il', 2],
  ['she', 'elle', 2],
  ['we', 'nous', 3],
  ['they', 'ils', 4],
  ['my brother', 'mon frère', 2],
  ['the teacher', 'le professeur', 2],
  ['the children', 'les enfants', 4],
];
/** English base and third person; French forms. */
const verbs: readonly (readonly [base: string, third: string, french: string])[] = [
  ['see', 'sees', 'vois vois voit voyons voient'],
  ['like', 'likes', 'aime aimes aime aimons aiment'],
  ['buy', 'buys', 'achète achètes achète achetons achètent'],
  ['want', 'wants', 'veux veux veut voulons veulent'],
  ['take', 'takes', 'prends prends prend prenons prennent'],
  ['look for', 'looks for', 'cherche cherches cherche cherchons cherchent'],
  ['find', 'finds', 'trouve trouves trouve trouvons trouvent'],
  ['draw', 'draws', 'dessine dessines dessine dessinons dessinent'],
];
const nouns: readonly (readonly [english: string, french: string, gender: 'm' | 'f'])[] = [
  ['house', 'maison', 'f'],
  ['tree', 'arbre', 'm'],
  ['book', 'livre', 'm'],
  ['car', 'voiture', 'f'],
  ['apple', 'pomme', 'f'],
  ['bird', 'oiseau', 'm'],
  ['chair', 'chaise', 'f'],
  ['umbrella', 'parapluie', 'm'],
  ['island', 'île', 'f'],
  ['boat', 'bateau', 'm'],
  ['church', 'église', 'f'],
  ['coat', 'manteau', 'm'],
];
/** All of these follow the noun in French; masculine and feminine form. */
const adjectives: readonly (readonly [english: string, masculine: string, feminine: string])[] = [
  ['red', 'rouge', 'rouge'],
  ['green', 'vert', 'verte'],
  ['white', 'blanc', 'blanche'],
  ['black', 'noir', 'noire'],
  ['round', 'rond', 'ronde'],
  ['heavy', 'lourd', 'lourde'],
  ['blue', 'bleu', 'bleue'],
];
const articles = ['the', 'this', 'your'] as const;

/** Pairs such as `she does not see the green chair` → `elle ne voit pas la chaise verte`; more than twenty thousand different ones. */
export function generatePhrases(options: GenerateUnlikeOptions): SentencePair[] {
  return drawExamples('generatePhrases', options, ['exclude'], phrase, ({ source }) => source);
}

function phrase(rng: Rng): SentencePair {
  const [subject, sujet, form] = rng.choice(subjects);
  const [base, third, forms] = rng.choice(verbs);
  const [english, french] = nounPhrase(rng);
  const verbe = forms.split(' ')[form]!;
  if (rng.below(4) === 0) {
    const negated = `${form === 2 ? 'does' : 'do'} not ${base}`;
    return { source: `${subject} ${negated} ${english}`, target: `${sujet} ${elided('ne', verbe)} pas ${french}` };
  }
  const clause = sujet === 'je' ? elided('je', verbe) : `${sujet} ${verbe}`;
  return { source: `${subject} ${form === 2 ? third : base} ${english}`, target: `${clause} ${french}` };
}

function nounPhrase(rng: Rng): [english: string, french: string] {
  const article = rng.choice(articles);
  const [noun, nom, gender] = rng.choice(nouns);
  const [adjective, ...both] = rng.choice(adjectives);
  const isDescribed = rng.below(2) === 0;
  const words = isDescribed ? `${article} ${adjective} ${noun}` : `${article} ${noun}`;
  const named = determined(article, nom, gender);
  return [words, isDescribed ? `${named} ${both[gender === 'm' ? 0 : 1]}` : named];
}

function determined(article: (typeof articles)[number], noun: string, gender: 'm' | 'f'): string {
  const vowel = startsWithVowel(noun);
  if (article === 'the') return elided(gender === 'm' ? 'le' : 'la', noun);
  if (article === 'your') return `${gender === 'm' || vowel ? 'ton' : 'ta'} ${noun}`;
  return `${gender === 'f' ? 'cette' : vowel ? 'cet' : 'ce'} ${noun}`;
}

/** `le arbre` is `l’arbre`. */
function elided(word: string, next: string): string {
  return startsWithVowel(next) ? `${word.slice(0, -1)}'${next}` : `${word} ${next}`;
}

function startsWithVowel(word: string): boolean {
  return /^[aeiouyàâéèêëîïôû]/i.test(word);
}
