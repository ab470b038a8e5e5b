/** Beam search that keeps what it tried. */
import { type Allocation, beamSearch, bestFirst, type Hypothesis, type Writer, wuLength } from '@seqloom/layers';
import type { BeamNode, BeamPicture } from '../experiment.js';

export interface BeamTreeOptions {
  readonly start: number;
  readonly end: number;
  readonly maxLength: number;
  readonly width: number;
  /** What a symbol reads. */
  token(id: number): string;
}

/** The hypotheses of one row, best first, and the tree of all candidates that were weighed. */
export async function beamTree(
  writer: Writer,
  { token, ...options }: BeamTreeOptions,
): Promise<{ found: readonly Hypothesis[]; tree: BeamPicture }> {
  const nodes: (BeamNode & { ids: readonly number[] })[] = [];
  const places = new Map<string, number>();
  const allocation: Allocation = {
    choose(expansions, width, step) {
      const candidates = bestFirst.choose(expansions, width, step);
      let kept = 0;
      for (const [rank, { expansion, symbol, logProbability }] of candidates.entries()) {
        const ids = [...expansion.prefix.ids, symbol];
        const ended = symbol === step.end;
        const fate = ended ? (rank < width ? 'ended' : 'dropped') : kept++ < width ? 'kept' : 'dropped';
        const parent = places.get(expansion.prefix.ids.join()) ?? -1;
        places.set(ids.join(), nodes.length);
        nodes.push({ ids, token: ended ? '■' : token(symbol), parent, logProbability, fate });
      }
      return candidates;
    },
  };
  const [found] = await beamSearch(writer, { ...options, allocation, penalties: [wuLength(0.6)] });
  const best = found![0]!;
  const winner = best.ended ? [...best.ids, options.end] : best.ids;
  const shown = nodes.map(({ ids, ...node }): BeamNode => {
    const onWay = ids.length <= winner.length && ids.every((id, t) => id === winner[t]);
    return onWay ? { ...node, fate: 'best' } : node;
  });
  return { found: found!, tree: { kind: 'beam', nodes: shown } };
}
