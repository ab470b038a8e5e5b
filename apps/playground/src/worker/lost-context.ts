/** When the graphics card drops the backend in use, its tensors are gone and waiting for them never ends: the worker is of no use any more. */
import * as tf from '@tensorflow/tfjs-core';

/** To be called when a backend was chosen. An error outside of any promise reaches the page, which goes on from its last checkpoint in another worker. */
export function watchContext(): void {
  if (tf.getBackend() !== 'webgl') return;
  const { gl } = (tf.backend() as unknown as { getGPGPUContext(): { gl: WebGL2RenderingContext } }).getGPGPUContext();
  gl.canvas.addEventListener('webglcontextlost', dropped);
}

function dropped(): never {
  throw new Error('the graphics card dropped it');
}
