/** Where a text stops being JSON: engines tell it in words of their own, or not at all. https://www.rfc-editor.org/rfc/rfc8259 */

const token =
  /[ \t\n\r]*(?:(?<mark>[{}[\],:])|(?<string>"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/uy;

/** What may follow: a value, a value or `]`, a key or `}`, a key, `:`, `,` or the end of what is open, nothing. */
type Expected = 'value' | 'item' | 'first key' | 'key' | 'colon' | 'comma' | 'nothing';

/** The offset of the first token that JSON does not allow where it stands, or of the end when something is missing; -1 for valid JSON. */
export function jsonBreak(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  while (true) {
    token.lastIndex = at;
    const match = token.exec(text);
    const start = at + /^[ \t\n\r]*/.exec(text.slice(at, token.lastIndex || text.length))![0].length;
    if (!match) return start === text.length && expected === 'nothing' ? -1 : start;
    at = token.lastIndex;
    const next = after(expected, match.groups!.mark, match.groups!.string !== undefined, open);
    if (!next) return start;
    expected = next;
  }
}

/** What may follow after a token, or undefined when the token itself may not stand there. */
function after(expected: Expected, mark: string | undefined, text: boolean, open: string[]): Expected | undefined {
  const done = (): Expected => (open.length > 0 ? 'comma' : 'nothing');
  if (mark === '}' || mark === ']') {
    const closes = expected === 'comma' || expected === (mark === '}' ? 'first key' : 'item');
    return closes && open.pop() === mark ? done() : undefined;
  }
  if (expected === 'first key' || expected === 'key') return text ? 'colon' : undefined;
  if (expected === 'colon') return mark === ':' ? 'value' : undefined;
  if (expected === 'comma') return mark === ',' ? (open.at(-1) === '}' ? 'key' : 'value') : undefined;
  if (expected === 'nothing' || mark === ',' || mark === ':') return undefined;
  if (!mark) return done();
  open.push(mark === '{' ? '}' : ']');
  return mark === '{' ? 'first key' : 'item';
}
