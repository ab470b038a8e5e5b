/** Linear chains in both precisions: float32 for tensors, float64 for statistics. What each does stands in chain/. */
import { backward } from './chain/backward';
import { forward, workspaceOf } from './chain/forward';
import { bestPath, bestPathWorkspace, pathScore, pathScoreGradient } from './chain/path';

export function chainWorkspace(K: i32): usize {
  return workspaceOf<f32>(K);
}

export function chainForward(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, logZ: usize, alphas:
  usize, workspace: usize, B: i32, T: i32, K: i32,
): void {
  forward<f32>(initial, final, transition, perStep, emission, mask, logZ, alphas, workspace, B, T, K);
}

export function chainBackward(
  final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, logZ: usize, alphas: usize, dLogZ:
  usize, dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize, workspace: usize, B: i32, T: i32, K:
  i32,
): void {
  backward<f32>(
    final, transition, perStep, emission, mask, logZ, alphas, dLogZ, dInitial, dFinal, dTransition, dEmission,
    workspace, B, T, K,
  );
}

export function chainPathScore(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, labels: usize, scores:
  usize, B: i32, T: i32, K: i32,
): i32 {
  return pathScore<f32>(initial, final, transition, perStep, emission, mask, labels, scores, B, T, K);
}

export function chainPathScoreGradient(
  perStep: bool, mask: usize, labels: usize, dScores: usize, dInitial: usize, dFinal: usize, dTransition: usize,
  dEmission: usize, B: i32, T: i32, K: i32,
): void {
  pathScoreGradient<f32>(perStep, mask, labels, dScores, dInitial, dFinal, dTransition, dEmission, B, T, K);
}

export function chainBestPathWorkspace(T: i32, K: i32): usize {
  return bestPathWorkspace<f32>(T, K);
}

export function chainBestPath(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, path: usize,
  workspace: usize, B: i32, T: i32, K: i32,
): void {
  bestPath<f32>(initial, final, transition, perStep, emission, mask, path, workspace, B, T, K);
}

export function chainWorkspace64(K: i32): usize {
  return workspaceOf<f64>(K);
}

export function chainForward64(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, logZ: usize, alphas:
  usize, workspace: usize, B: i32, T: i32, K: i32,
): void {
  forward<f64>(initial, final, transition, perStep, emission, mask, logZ, alphas, workspace, B, T, K);
}

export function chainBackward64(
  final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, logZ: usize, alphas: usize, dLogZ:
  usize, dInitial: usize, dFinal: usize, dTransition: usize, dEmission: usize, workspace: usize, B: i32, T: i32, K:
  i32,
): void {
  backward<f64>(
    final, transition, perStep, emission, mask, logZ, alphas, dLogZ, dInitial, dFinal, dTransition, dEmission,
    workspace, B, T, K,
  );
}

export function chainPathScore64(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, labels: usize, scores:
  usize, B: i32, T: i32, K: i32,
): i32 {
  return pathScore<f64>(initial, final, transition, perStep, emission, mask, labels, scores, B, T, K);
}

export function chainPathScoreGradient64(
  perStep: bool, mask: usize, labels: usize, dScores: usize, dInitial: usize, dFinal: usize, dTransition: usize,
  dEmission: usize, B: i32, T: i32, K: i32,
): void {
  pathScoreGradient<f64>(perStep, mask, labels, dScores, dInitial, dFinal, dTransition, dEmission, B, T, K);
}

export function chainBestPathWorkspace64(T: i32, K: i32): usize {
  return bestPathWorkspace<f64>(T, K);
}

export function chainBestPath64(
  initial: usize, final: usize, transition: usize, perStep: bool, emission: usize, mask: usize, path: usize,
  workspace: usize, B: i32, T: i32, K: i32,
): void {
  bestPath<f64>(initial, final, transition, perStep, emission, mask, path, workspace, B, T, K);
}
