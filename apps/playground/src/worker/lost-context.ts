/** Whether the graphics card dropped the backend in use: then its tensors are gone, and the worker is of no use any more. */
import * as tf from '@tensorflow/tfjs-core';

export function contextLost(): boolean {
  if (tf.getBackend() !== 'webgl') return false;
  const { gl } = (tf.backend() as unknown as { getGPGPUContext(): { gl: WebGL2RenderingContext } }).getGPGPUContext();
  return gl.isContextLost();
}
