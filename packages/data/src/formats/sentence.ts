/** A sentence as Universal Dependencies describes it: what CoNLL-U files hold and generators make. */

/** Feature names and their values, as in `Case=Nom|Number=Sing`. */
export type Features = Readonly<Record<string, string>>;

/** An edge of the enhanced graph; the head may be an empty node, such as `8.1`. */
export interface Dependency {
  readonly head: string;
  readonly deprel: string;
}

/** One syntactic word; null stands for what the file leaves unspecified. */
export interface Token {
  /** 1, 2, 3… */
  readonly id: number;
  readonly form: string;
  readonly lemma: string | null;
  readonly upos: string | null;
  readonly xpos: string | null;
  readonly feats: Features;
  /** The head's id; 0 for the root. */
  readonly head: number | null;
  readonly deprel: string | null;
  readonly deps: readonly Dependency[];
  /** Such as `SpaceAfter=No`. */
  readonly misc: readonly string[];
}

/** A surface token that covers the words `first` to `last`, as French `au` covers `à` and `le`. */
export interface MultiwordRange extends Pick<Token, 'form' | 'feats' | 'misc'> {
  readonly first: number;
  readonly last: number;
}

/** An elided word of the enhanced graph, the `index`-th after word `after`. */
export interface EmptyNode extends Omit<Token, 'id' | 'head' | 'deprel'> {
  readonly after: number;
  readonly index: number;
}

/** A sentence: its words, and apart from them what CoNLL-U lists between the words. */
export interface Sentence {
  /** From the comment `# sent_id = …`. */
  readonly id?: string;
  /** All comment lines as they stand, with their `#`. */
  readonly comments: readonly string[];
  readonly tokens: readonly Token[];
  readonly ranges: readonly MultiwordRange[];
  readonly emptyNodes: readonly EmptyNode[];
}
