/** The post-processor of a tokenizer.json: which specials stand around one text or two. */
import { DataError } from '@seqloom/core/errors';
import { Part } from './part.js';

/** A text of the input, 0 or 1, or special ids, with the type that models tell the texts apart by. */
export type TemplatePiece =
  | { readonly sequence: 0 | 1; readonly type: number }
  | { readonly ids: readonly number[]; readonly type: number };

export interface PostProcessing {
  readonly single: readonly TemplatePiece[];
  readonly pair: readonly TemplatePiece[];
  /** Whether the blanks at the ends of tokens are no part of their place. */
  readonly trims: boolean;
}

const [a, b] = [
  { sequence: 0, type: 0 },
  { sequence: 1, type: 1 },
] as const;
/** No specials. */
export const plain: PostProcessing = { single: [a], pair: [a, b], trims: false };

/** Throws DataError at an unknown type, and when there are several templates. */
export function readPostProcessor(part: Part): PostProcessing {
  switch (part.type) {
    case 'ByteLevel':
      return { ...plain, trims: part.flag('trim_offsets', true) };
    case 'BertProcessing':
      return bert(part);
    case 'RobertaProcessing':
      return roberta(part);
    case 'TemplateProcessing':
      return { single: templateOf(part, 'single'), pair: templateOf(part, 'pair'), trims: false };
    case 'Sequence': {
      const all = part.parts('processors').map(readPostProcessor);
      const templates = all.filter(({ single }) => single !== plain.single);
      if (templates.length > 1) throw part.unsupported('more than one template');
      return { ...(templates[0] ?? plain), trims: all.some(({ trims }) => trims) };
    }
    default:
      throw part.unsupported();
  }
}

function bert(part: Part): PostProcessing {
  const [cls, sep] = [special(part, 'cls'), special(part, 'sep')];
  const single = [{ ids: [cls], type: 0 }, a, { ids: [sep], type: 0 }];
  return { single, pair: [...single, b, { ids: [sep], type: 1 }], trims: false };
}

function roberta(part: Part): PostProcessing {
  const [cls, sep] = [special(part, 'cls'), special(part, 'sep')];
  const end = { ids: [sep], type: 0 };
  const single = [{ ids: [cls], type: 0 }, a, end];
  return { single, pair: [...single, end, { sequence: 1, type: 0 }, end], trims: part.flag('trim_offsets', true) };
}

function special(part: Part, name: string): number {
  const id = part.list(name)[1];
  if (Number.isInteger(id)) return id as number;
  throw new DataError(part.path, `\`${name}\` must be [token, id]`);
}

function templateOf(part: Part, name: 'single' | 'pair'): TemplatePiece[] {
  return part.parts(name).map((piece) => {
    if (piece.has('Sequence')) {
      const sequence = piece.part('Sequence');
      return { sequence: sequence.text('id') === 'B' ? 1 : 0, type: sequence.count('type_id') };
    }
    const token = piece.part('SpecialToken');
    const known = new Part(`${part.path}.special_tokens`, part.value('special_tokens')).part(token.text('id'));
    const ids = known.list('ids');
    if (!ids.every((id) => Number.isInteger(id))) throw new DataError(known.path, '`ids` must be ids');
    return { ids: ids as number[], type: token.count('type_id') };
  });
}
