/** White space as Unicode defines it, and so Python, on which the reference implementations run; JavaScript's `\s` differs in two characters. */
const space = /\p{White_Space}+/u;

/** The parts of a text between white space, none of them empty. */
export function splitAtWhiteSpace(text: string): string[] {
  return text.split(space).filter((part) => part !== '');
}
