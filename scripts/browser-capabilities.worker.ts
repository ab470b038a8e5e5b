/** Posts what its worker can do. */
import { browserCapabilities } from './browser-capabilities.js';

postMessage(await browserCapabilities());
