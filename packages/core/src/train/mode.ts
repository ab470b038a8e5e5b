/** Training mode for as long as something runs. */
import { type Module, setMode } from '../module.js';

/** Switches every module below `model` to training or evaluation, and returns what puts each back to the mode it had. */
export function enterMode(model: Module, training: boolean): () => void {
  const modes = Array.from(model.namedModules(), ([, module]) => [module, module.training] as const);
  for (const [module] of modes) setMode(module, training);
  return () => {
    for (const [module, mode] of modes) setMode(module, mode);
  };
}
