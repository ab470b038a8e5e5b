/** The tests of convolutions again, in a page: there `backendsHere()` also has webgl and webgpu. */
import './convolution.test.js';
