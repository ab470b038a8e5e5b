/** What a person can set, as plain data: the page draws it, the worker reads its value, the address bar keeps it. */

/** What a change costs: 'data' and 'model' start a new model, 'training' keeps the weights. */
export type Affects = 'data' | 'model' | 'training';

interface Labelled {
  readonly label: string;
  /** One line, shown on focus. */
  readonly help: string;
  readonly affects: Affects;
}

export interface Option<V extends string | number> {
  readonly value: V;
  readonly label: string;
}

/** One of a few values. */
export interface Choice<V extends string | number = string | number> extends Labelled {
  readonly kind: 'choice';
  readonly options: readonly Option<V>[];
  readonly initial: V;
}

/** A whole number within bounds. */
export interface Whole extends Labelled {
  readonly kind: 'whole';
  readonly minimum: number;
  readonly maximum: number;
  readonly initial: number;
}

export type Control = Choice | Whole;
export type Controls = Readonly<Record<string, Control>>;

/** The values of controls, by name. */
export type Setup = Readonly<Record<string, string | number>>;
export type SetupOf<C extends Controls> = {
  readonly [N in keyof C]: C[N] extends Choice<infer V> ? V : number;
};

/** A choice whose value has exactly the type of its options. */
export function choice<const V extends string | number>(
  settings: Labelled & { options: readonly Option<V>[]; initial: NoInfer<V> },
): Choice<V> {
  return { kind: 'choice', ...settings };
}

export function whole(settings: Omit<Whole, 'kind'>): Whole {
  return { kind: 'whole', ...settings };
}

/** Options whose label is the value itself. */
export function plain<const V extends string | number>(...values: V[]): Option<V>[] {
  return values.map((value) => ({ value, label: String(value) }));
}

/** The setup that `given` asks for: what is missing or not allowed gets its initial value. */
export function completeSetup(controls: Controls, given: Readonly<Record<string, string | number | undefined>>): Setup {
  return Object.fromEntries(
    Object.entries(controls).map(([name, control]) => [name, allowed(control, given[name]) ?? control.initial]),
  );
}

function allowed(control: Control, value: string | number | undefined): string | number | undefined {
  if (control.kind === 'choice') return control.options.find((option) => String(option.value) === String(value))?.value;
  const number = Number(value);
  const fits = Number.isInteger(number) && number >= control.minimum && number <= control.maximum;
  return value !== undefined && value !== '' && fits ? number : undefined;
}
