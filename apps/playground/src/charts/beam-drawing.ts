/** What beam search tried: a tree that grows to the right, the winner bold, what fell out of the beam faint. */
import type { BeamNode, BeamPicture } from '../experiment.js';
import type { Cell, Drawing } from './drawing.js';
import { shortened } from './labels.js';
import { type Ink, percent, visible } from './palette.js';

const lane = 22;
const letter = 8.5;

interface Placed extends BeamNode {
  readonly depth: number;
  /** Rank from the top within its depth. */
  readonly rank: number;
  readonly x: number;
  readonly y: number;
}

export function beamDrawing({ nodes }: BeamPicture, available: number): Drawing {
  const { placed, depths, leaves } = layOut(nodes, available);
  const at = ({ row, column }: Cell) => placed.find(({ depth, rank }) => depth === column && rank === row);
  const read = (node: Placed) => {
    const parent = placed[node.parent];
    const step = Math.exp(node.logProbability - (parent?.logProbability ?? 0));
    const words = `‘${visible(textOf(placed, node))}’, step ${node.depth + 1}`;
    return `${words}: ${percent(step)} after its parent, log probability ${node.logProbability.toFixed(2)}, ${fates[node.fate]}`;
  };
  return {
    width: Math.max(available, ...placed.map(({ x, token }) => x + half(token) + 8)),
    height: 16 + lane * Math.max(1, leaves),
    rows: Math.max(0, ...placed.map(({ rank }) => rank + 1)),
    columns: depths,
    size: `${nodes.length} nodes in ${depths} steps`,
    draw: (context, ink, { row, column }) =>
      draw(context, ink, placed, row === undefined || column === undefined ? undefined : at({ row, column })),
    at: (x, y) => {
      const near = placed.filter((node) => Math.abs(node.y - y) <= lane / 2 && Math.abs(node.x - x) < 28);
      const best = near.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
      return best && { row: best.rank, column: best.depth };
    },
    read: (cell) => {
      const node = at(cell);
      return node && read(node);
    },
    table: () => ({
      head: ['step', 'log probability', 'fate'],
      rows: placed.map((node) => ({
        label: visible(textOf(placed, node)),
        cells: [String(node.depth + 1), node.logProbability.toFixed(2), fates[node.fate]],
      })),
    }),
  };
}

const fates = {
  kept: 'kept in the beam',
  dropped: 'dropped',
  ended: 'a finished hypothesis',
  best: 'on the way to the winner',
} satisfies Record<BeamNode['fate'], string>;

/** Leaves below each other in the order of the tree, each parent in the middle of its children. */
function layOut(nodes: readonly BeamNode[], available: number) {
  const children = new Map<number, number[]>();
  nodes.forEach(({ parent }, index) => {
    children.set(parent, [...(children.get(parent) ?? []), index]);
  });
  const depthOf = (index: number): number => (index < 0 ? -1 : 1 + depthOf(nodes[index]!.parent));
  const depths = Math.max(0, ...nodes.map((_, index) => depthOf(index) + 1));
  const widest = nodes.reduce((most, { token }) => Math.max(most, half(token)), 0);
  const left = widest + 4;
  const step = Math.max(2 * widest + 24, Math.min(96, (available - 2 * left) / Math.max(1, depths - 1)));
  const ys = new Map<number, number>();
  let leaves = 0;
  const place = (index: number): number => {
    const below = children.get(index) ?? [];
    const y = below.length === 0 ? 8 + lane * (leaves++ + 0.5) : mean(below.map(place));
    ys.set(index, y);
    return y;
  };
  for (const root of children.get(-1) ?? []) place(root);
  const ranks = new Map<number, number>();
  for (let depth = 0; depth < depths; depth++) {
    const level = nodes.flatMap((_, index) => (depthOf(index) === depth ? [index] : []));
    level.sort((a, b) => ys.get(a)! - ys.get(b)!).forEach((index, rank) => void ranks.set(index, rank));
  }
  const placed = nodes.map((node, index): Placed => {
    const depth = depthOf(index);
    return { ...node, depth, rank: ranks.get(index)!, x: left + depth * step, y: ys.get(index)! };
  });
  return { placed, depths, leaves };
}

/** Half of what a token takes in writing. */
function half(token: string): number {
  return (shortened(token).length * letter) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function textOf(placed: readonly Placed[], node: Placed): string {
  const parent = placed[node.parent];
  const joint = node.token.length > 1 ? ' ' : '';
  return parent ? `${textOf(placed, parent)}${joint}${node.token}` : node.token;
}

function draw(context: CanvasRenderingContext2D, ink: Ink, placed: readonly Placed[], focus: Placed | undefined): void {
  for (const node of placed) {
    const parent = placed[node.parent];
    if (!parent) continue;
    const start = parent.x + half(parent.token) + 5;
    const end = node.x - half(node.token) - 5;
    context.strokeStyle = node.fate === 'best' ? ink.accent : node.fate === 'dropped' ? ink.line : ink.soft;
    context.lineWidth = node.fate === 'best' ? 2.5 : 1;
    context.beginPath();
    context.moveTo(start, parent.y);
    context.bezierCurveTo((start + end) / 2, parent.y, (start + end) / 2, node.y, end, node.y);
    context.stroke();
  }
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const node of placed) {
    context.font = `${node.fate === 'best' ? '600 ' : ''}14px ${ink.mono}`;
    context.fillStyle = node.fate === 'best' ? ink.accent : node.fate === 'dropped' ? ink.soft : ink.text;
    context.fillText(shortened(node.token), node.x, node.y);
    const width = 10 + 2 * half(node.token);
    if (node !== focus && node.fate !== 'ended') continue;
    context.strokeStyle = node === focus ? ink.text : ink.soft;
    context.lineWidth = node === focus ? 2 : 1;
    context.strokeRect(node.x - width / 2, node.y - lane / 2 + 2, width, lane - 4);
  }
}
