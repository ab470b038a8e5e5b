/** A small English grammar without recursion: each symbol and its alternatives, words written as form/TAG with the tags of Universal Dependencies. Many forms bear several tags: only the context tells. */

/** Verbs with their forms (base, third person, past, participle, gerund) and what one does that to, singular/plural. */
const frames: readonly (readonly [forms: string, nouns: string])[] = [
  ['book books booked booked booking', 'room/rooms table/tables flight/flights visit/visits'],
  ['run runs ran run running', 'race/races shop/shops school/schools'],
  ['light lights lit lit lighting', 'fire/fires candle/candles lamp/lamps'],
  ['watch watches watched watched watching', 'play/plays race/races film/films ship/ships fish/fish'],
  ['call calls called called calling', 'teacher/teachers cook/cooks nurse/nurses shop/shops'],
  ['visit visits visited visited visiting', 'park/parks garden/gardens city/cities cook/cooks'],
  ['plant plants planted planted planting', 'tree/trees rose/roses garden/gardens'],
  ['water waters watered watered watering', 'plant/plants rose/roses park/parks'],
  ['answer answers answered answered answering', 'question/questions call/calls letter/letters'],
  ['play plays played played playing', 'song/songs game/games record/records'],
  ['record records recorded recorded recording', 'play/plays call/calls visit/visits song/songs'],
  ['park parks parked parked parking', 'car/cars van/vans truck/trucks'],
  ['ship ships shipped shipped shipping', 'book/books watch/watches lamp/lamps can/cans'],
  ['open opens opened opened opening', 'book/books can/cans letter/letters park/parks'],
  ['clean cleans cleaned cleaned cleaning', 'ring/rings room/rooms watch/watches light/lights'],
  ['dry dries dried dried drying', 'dish/dishes shirt/shirts plant/plants'],
  ['train trains trained trained training', 'dog/dogs bear/bears cook/cooks'],
  ['cook cooks cooked cooked cooking', 'fish/fish dinner/dinners egg/eggs'],
  ['question questions questioned questioned questioning', 'answer/answers plan/plans record/records'],
  ['like likes liked liked liking', 'run/runs light/lights play/plays answer/answers train/trains ring/rings'],
  ['need needs needed needed needing', 'light/lights visit/visits book/books key/keys call/calls'],
];

/** What stands around a noun: ₁ is its singular, ₂ its plural. */
const phrases =
  "Determiner ₁|Determiner ₁|Determiner Adjective ₁|Possessive ₁|Possessive Adjective ₁|Name 's/PART ₁|that/DET ₁|no/DET ₁|one/NUM ₁|the/DET ₁ that/PRON Someone PastTransitive|the/DET ₂|Count ₂|these/DET ₂|Adjective ₂|all/DET the/DET ₂";

/** The alternatives of every symbol; each is a list of symbols and words, separated by blanks. */
export const grammar: Readonly<Record<string, readonly string[]>> = {
  Sentence: [
    'Clause Stop',
    'Clause Stop',
    'Clause Stop',
    'Clause ,/PUNCT Coordinator Clause Stop',
    'Clause Conjunction Clause Stop',
    'Conjunction Clause ,/PUNCT Clause Stop',
    'Interjection ,/PUNCT Clause Stop',
    'Clause Time Stop',
    'in/ADP Year ,/PUNCT Clause Stop',
    'Saying Stop',
    'Question ?/PUNCT',
    'Question ?/PUNCT',
    'Order Stop',
    'please/INTJ Order Stop',
  ],
  Stop: ['./PUNCT', './PUNCT', './PUNCT', './PUNCT', '!/PUNCT'],

  Clause: [
    'Singular PredicateSingular',
    'Singular PredicateSingular',
    'Plural PredicatePlural',
    'Plural PredicatePlural',
    'I/PRON PredicateFirst',
    'Someone ModalPredicate',
    'that/PRON Be Description',
    'there/PRON is/VERB Something Place',
    'Something costs/VERB $/SYM Figure',
    'Price Rose by/ADP Figure %/SYM',
  ],
  Saying: [
    'Someone Said that/SCONJ Clause',
    'Someone Said that/SCONJ Clause',
    'Someone Said ,/PUNCT "/PUNCT Clause "/PUNCT',
    'Name said/VERB "/PUNCT Foreign "/PUNCT to/ADP Them',
  ],
  Question: [
    'does/AUX Singular VerbObject',
    'do/AUX Plural VerbObject',
    'did/AUX Someone VerbObject',
    'Modal Someone VerbObject',
    'who/PRON PastObject',
    'where/ADV is/AUX Thing',
    'why/ADV did/AUX Someone VerbAway',
    'is/AUX that/DET Object Adjective',
    'is/AUX that/PRON Thing',
  ],
  Order: [
    'VerbObject',
    'do/AUX not/PART VerbObject',
    "do/AUX n't/PART VerbObject",
    'VerbObject before/SCONJ Someone PastObject',
    'VerbObject Time',
    'let/VERB Them VerbObject',
  ],

  PredicateSingular: [
    'VerbsObject',
    'VerbsObject Adverb',
    'Adverb VerbsObject',
    'PastObject',
    'PastObject Place',
    'Be Description',
    'does/AUX Not VerbObject',
    'has/AUX ParticipleObject',
    'has/VERB Thing',
    'wants/VERB to/PART VerbObject',
    'goes/VERB to/ADP Spot',
    'is/AUX GerundObject',
    'looks/VERB like/ADP Person',
  ],
  PredicatePlural: [
    'VerbObject',
    'VerbObject Adverb',
    'Adverb VerbObject',
    'PastObject',
    'PastObject Place',
    'are/AUX Adjective',
    'were/AUX very/ADV Adjective',
    'do/AUX Not VerbObject',
    'have/AUX ParticipleObject',
    'have/VERB Thing',
    'want/VERB to/PART VerbObject',
    'go/VERB to/ADP Spot',
    'are/AUX GerundObject',
    'VerbAway',
  ],
  PredicateFirst: [
    'VerbObject',
    'Adverb VerbObject',
    'PastObject',
    'am/AUX Description',
    'do/AUX Not VerbObject',
    'have/AUX ParticipleObject',
    'want/VERB to/PART VerbObject',
  ],
  ModalPredicate: ['Modal VerbObject', 'Modal not/PART VerbObject', 'Modal Adverb VerbObject', 'Modal VerbAway'],
  VerbAway: [
    'run/VERB Manner',
    'come/VERB back/ADV',
    'run/VERB back/ADV to/ADP Spot',
    'answer/VERB Manner',
    'play/VERB Place',
  ],
  Description: ['Adjective', 'very/ADV Adjective', 'Thing', 'Place', 'Adjective and/CCONJ Adjective', 'like/ADP Thing'],

  Singular: ['he/PRON', 'she/PRON', 'everyone/PRON', 'Name', 'Name', 'Person', 'Person', 'one/PRON of/ADP People'],
  Plural: ['they/PRON', 'we/PRON', 'you/PRON', 'People', 'People', 'Name and/CCONJ Name'],
  Someone: ['he/PRON', 'she/PRON', 'I/PRON', 'we/PRON', 'they/PRON', 'Name', 'Person', 'People'],
  Them: ['me/PRON', 'us/PRON', 'him/PRON', 'her/PRON', 'them/PRON', 'Name'],
  Person: ['Determiner Human', 'the/DET Adjective Human', 'Possessive Human', "Name 's/PART Human", 'that/DET Human'],
  People: ['the/DET Humans', 'Humans', 'Count Humans', 'these/DET Humans', 'Possessive Humans', 'Adjective Humans'],
  Thing: ['Determiner Object', 'Determiner Adjective Object', 'Possessive Object', "Name 's/PART Object"],
  Something: ['a/DET Object', 'a/DET Adjective Object', 'another/DET Object', 'no/DET Object', 'one/NUM Object'],
  Spot: ['City', 'the/DET Site', 'Possessive Site', 'that/DET Site'],
  Place: [
    'in/ADP City',
    'near/ADP City',
    'behind/ADP the/DET Site',
    'at/ADP Possessive Site',
    'with/ADP Them',
    'at/ADP the/DET back/NOUN',
    'by/ADP the/DET Site',
  ],
  Time: [
    'on/ADP Weekday',
    'before/ADP noon/NOUN',
    'after/ADP the/DET run/NOUN',
    'for/ADP Figure minutes/NOUN',
    'since/ADP Year',
  ],
  Manner: ['fast/ADV', 'very/ADV fast/ADV', 'well/ADV', 'right/ADV away/ADV', 'too/ADV'],
  Price: ['the/DET price/NOUN', 'prices/NOUN', 'sales/NOUN'],
  Rose: ['rose/VERB', 'fell/VERB'],
  Not: ['not/PART', "n't/PART"],

  Determiner: words('DET', 'a the the this every another'),
  Possessive: words('PRON', 'my your his her our their'),
  Be: words('AUX', 'is was'),
  Modal: words('AUX', 'can could will would must should may'),
  Said: words('VERB', 'said knew hoped thought'),
  Coordinator: words('CCONJ', 'and but or so'),
  Conjunction: words('SCONJ', 'because while if after before since'),
  Interjection: words('INTJ', 'oh yes no well wow hello'),
  Adverb: words('ADV', 'often never always soon still just really quickly'),
  Adjective: words('ADJ', 'light open clean fast right kind old new small red dry cold warm long present'),
  Count: words('NUM', 'two three ten 4 12 250'),
  Figure: words('NUM', '2 5 12 20 35 99 250'),
  Year: words('NUM', '1969 1984 1998 2003 2017'),
  City: words('PROPN', 'Paris Istanbul Lagos Lima Kyoto Oslo'),
  Weekday: words('PROPN', 'Monday Tuesday Friday Sunday'),
  Name: words('PROPN', 'Anna Omar Rosa Mark Lee Will Grace May Ivan Amy'),
  Foreign: ['guten/X Abend/X', 'bon/X appétit/X', 'hasta/X mañana/X', 'buon/X viaggio/X'],
  Human: words('NOUN', 'cook teacher child farmer nurse neighbour friend dog bear'),
  Humans: words('NOUN', 'cooks teachers children farmers nurses neighbours friends dogs bears'),
  Object: words('NOUN', 'book light watch plant can ring key question record letter lamp answer table train'),
  Site: words('NOUN', 'park house school shop garden river train'),
  PastTransitive: words('VERB', 'liked needed wanted found saw'),

  VerbObject: framed(0),
  VerbsObject: framed(1),
  PastObject: framed(2),
  ParticipleObject: framed(3),
  GerundObject: framed(4),
  ...Object.fromEntries(frames.map(([forms, nouns]) => [objectSymbol(forms), objects(nouns)])),
};

function words(tag: string, forms: string): string[] {
  return forms.split(' ').map((form) => `${form}/${tag}`);
}

/** Each verb in one of its forms, with its object. */
function framed(form: number): string[] {
  return frames.map(([forms]) => `${forms.split(' ')[form]}/VERB ${objectSymbol(forms)}`);
}

function objectSymbol(forms: string): string {
  return `ObjectOf-${forms.split(' ')[0]}`;
}

/** Every noun in every phrase, or a pronoun. */
function objects(nouns: string): string[] {
  const pairs = nouns.split(' ').map((noun) => noun.split('/') as [singular: string, plural: string]);
  return phrases
    .split('|')
    .flatMap((phrase) =>
      pairs.map(([singular, plural]) => phrase.replace('₁', `${singular}/NOUN`).replace('₂', `${plural}/NOUN`)),
    );
}
