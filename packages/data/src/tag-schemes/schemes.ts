/** Tag schemes: how chunks are written as one tag per token (Ramshaw & Marcus 1995; Tjong Kim Sang & Veenstra 1999). */
import { oneOf } from '@seqloom/core/options';

/** IOB2 is another name of BIO, IOBES one of BIOES. */
export type TagScheme = 'BIO' | 'IOB1' | 'IOB2' | 'IOE1' | 'IOE2' | 'BIOES' | 'IOBES' | 'BILOU';

export interface Scheme {
  readonly prefixes: string;
  /** The prefix at each place of a chunk, told whether a chunk of the same type touches it before and behind. */
  prefix(place: Place): string;
  /** Pairs of neighbouring prefixes at which the strict reading begins a chunk, goes on or ends it; `=` asks for the same type, `!` for another, `*` is any prefix. */
  readonly begins: string;
  readonly inside: string;
  readonly ends: string;
}

export interface Place {
  readonly first: boolean;
  readonly last: boolean;
  readonly touchesBefore: boolean;
  readonly touchesBehind: boolean;
}

const BIO: Scheme = {
  prefixes: 'OBI',
  prefix: ({ first }) => (first ? 'B' : 'I'),
  begins: '*B',
  inside: 'BI= II=',
  ends: 'IO II! IB BO BI! BB',
};
const IOB1: Scheme = {
  prefixes: 'OBI',
  prefix: ({ first, touchesBefore }) => (first && touchesBefore ? 'B' : 'I'),
  begins: 'OI II! BI IB= BB=',
  inside: 'BI= II=',
  ends: 'II! IO IB BO BI! BB=',
};
const IOE1: Scheme = {
  prefixes: 'OIE',
  prefix: ({ last, touchesBehind }) => (last && touchesBehind ? 'E' : 'I'),
  begins: 'OI II! EI EE=',
  inside: 'II= IE=',
  ends: 'II! IO IE! EI= EE=',
};
const IOE2: Scheme = {
  prefixes: 'OIE',
  prefix: ({ last }) => (last ? 'E' : 'I'),
  begins: 'OI OE EI EE II! IE!',
  inside: 'IE= II=',
  ends: 'E*',
};
const withEnds = (end: string, single: string): Scheme => ({
  prefixes: `OBI${end}${single}`,
  prefix: ({ first, last }) => (first && last ? single : first ? 'B' : last ? end : 'I'),
  begins: `*B *${single}`,
  inside: `BI= B${end}= II= I${end}=`,
  ends: `${single}* ${end}*`,
});
const BIOES: Scheme = withEnds('E', 'S');
const BILOU: Scheme = withEnds('L', 'U');

const schemes: Readonly<Record<TagScheme, Scheme>> = {
  BIO,
  IOB1,
  IOB2: BIO,
  IOE1,
  IOE2,
  BIOES,
  IOBES: BIOES,
  BILOU,
};

/** Throws an OptionError when there is no scheme of this name. */
export function schemeOf(where: string, name: TagScheme): Scheme {
  return schemes[oneOf(where, 'scheme', name, Object.keys(schemes) as TagScheme[])];
}
