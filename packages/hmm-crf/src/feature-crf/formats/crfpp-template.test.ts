import { describe, expect, test } from 'vitest';
import { featurize } from '../featurize.js';
import { parseCrfppTemplate } from './crfpp-template.js';

/** The sentence and the templates of CRF++'s own documentation. */
const sentence = 'He PRP/reckons VBZ/the DT/current JJ/account NN'.split('/').map((token) => token.split(' '));
const documented = `# Unigram
U00:%x[-2,0]
U01:%x[-1,0]
U02:%x[0,0]
U03:%x[1,0]
U04:%x[2,0]
U05:%x[-1,0]/%x[0,0]
U06:%x[0,0]/%x[1,0]

U10:%x[-2,1]
U11:%x[-1,1]
U12:%x[0,1]q
U15:%x[-2,1]/%x[-1,1]
U22:%x[0,1]/%x[1,1]/%x[2,1]

# Bigram
B
`;

test('expands as the documentation says', () => {
  const { feature, transitions } = parseCrfppTemplate(
    'U%x[0,0]\nU%x[0,1]\nU%x[-1,0]\nU%x[-2,1]\nU%x[0,0]/%x[0,1]\nUABC%x[0,1]123',
  );
  expect(feature(sentence, 2)).toEqual(['Uthe', 'UDT', 'Ureckons', 'UPRP', 'Uthe/DT', 'UABCDT123']);
  expect(transitions).toBe(false);
});

test('the template of the chunking task, beyond both ends of the sentence', () => {
  const { feature, transitions } = parseCrfppTemplate(documented.replaceAll('\n', '\r\n'));
  const [first, , third, , last] = featurize(sentence, feature);
  expect(transitions).toBe(true);
  expect(first).toEqual(
    'U00:_B-2 U01:_B-1 U02:He U03:reckons U04:the U05:_B-1/He U06:He/reckons U10:_B-2 U11:_B-1 U12:PRPq U15:_B-2/_B-1 U22:PRP/VBZ/DT'.split(
      ' ',
    ),
  );
  expect(third).toEqual(
    'U00:He U01:reckons U02:the U03:current U04:account U05:reckons/the U06:the/current U10:PRP U11:VBZ U12:DTq U15:PRP/VBZ U22:DT/JJ/NN'.split(
      ' ',
    ),
  );
  expect(last).toContain('U22:NN/_B+1/_B+2');
});

describe('what CRF++ or the model does not know is a DataError with its place', () => {
  test.each([
    ['an unknown kind', '\n\nX01:%x[0,0]', "line 3, column 1: unknown template 'X01:%x[0,0]'"],
    ['a stray %', 'U01:%x[0,0]/%y', 'line 1, column 13: a % that begins no macro'],
    ['half a macro', 'U01:%x[0', 'column 5'],
    ['a sign', 'U01:%x[+1,0]', 'column 5'],
    ['a column from the end', 'U01:%x[0,-1]', 'column 5'],
    ['observed label pairs', '# x\nB02:%x[0,0]', 'line 2: label pairs that depend on a column'],
  ])('%s', (_, text, problem) => {
    expect(() => parseCrfppTemplate(text)).toThrow(expect.objectContaining({ name: 'DataError' }));
    expect(() => parseCrfppTemplate(text)).toThrow(problem);
  });

  test('a column that a token does not have', () => {
    const { feature } = parseCrfppTemplate('U:%x[1,1]');
    const short = [['a', 'b'], ['c']];
    expect(() => featurize(short, feature)).toThrow('token 1 has 1 columns, but a template asks for column 1');
  });
});
