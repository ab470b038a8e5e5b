/** Which of a list of texts begin at a place of another text, found unit by unit. */

/** Texts by their code units; the edges lie in one hash table, so that following one costs no allocation. */
export class Trie {
  /** The number of each node's text in the list, -1 where none ends. */
  readonly #values: number[] = [-1];
  #mask: number;
  #parents: Int32Array;
  #units: Uint16Array;
  #children: Int32Array;

  constructor(texts: Iterable<string>) {
    this.#mask = 1023;
    this.#parents = new Int32Array(1024);
    this.#units = new Uint16Array(1024);
    this.#children = new Int32Array(1024);
    let value = 0;
    for (const text of texts) {
      let node = 0;
      for (let i = 0; i < text.length; i++)
        node = this.next(node, text.charCodeAt(i)) || this.#add(node, text.charCodeAt(i));
      this.#values[node] = value++;
    }
  }

  /** The node behind `node` (0 is the root) for a code unit; 0 when there is none. */
  next(node: number, unit: number): number {
    let at = hash(node, unit) & this.#mask;
    while (this.#children[at] !== 0) {
      if (this.#parents[at] === node && this.#units[at] === unit) return this.#children[at]!;
      at = (at + 1) & this.#mask;
    }
    return 0;
  }

  /** The place in the list of the text that ends at `node`, -1 when none does. */
  value(node: number): number {
    return this.#values[node]!;
  }

  #add(node: number, unit: number): number {
    if (2 * this.#values.length > this.#mask) this.#grow();
    const child = this.#values.push(-1) - 1;
    this.#put(node, unit, child);
    return child;
  }

  #put(node: number, unit: number, child: number): void {
    let at = hash(node, unit) & this.#mask;
    while (this.#children[at] !== 0) at = (at + 1) & this.#mask;
    this.#parents[at] = node;
    this.#units[at] = unit;
    this.#children[at] = child;
  }

  #grow(): void {
    const [parents, units, children] = [this.#parents, this.#units, this.#children];
    const size = 2 * children.length;
    this.#mask = size - 1;
    this.#parents = new Int32Array(size);
    this.#units = new Uint16Array(size);
    this.#children = new Int32Array(size);
    children.forEach((child, at) => {
      if (child !== 0) this.#put(parents[at]!, units[at]!, child);
    });
  }
}

function hash(node: number, unit: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
