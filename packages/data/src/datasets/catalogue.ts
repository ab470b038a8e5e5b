/** Every dataset under its name: a new one is added by a line. */
export { banking77 } from './banking77.js';
export { casino } from './casino.js';
export { earthquakes } from './earthquakes.js';
export { faithful } from './faithful.js';
export { fsdd } from './fsdd.js';
export { iceCream as 'ice-cream' } from './ice-cream.js';
export { mobyDick as 'moby-dick' } from './moby-dick.js';
export { scan } from './scan.js';
export { scitldr } from './scitldr.js';
export { sentencePolarity as 'sentence-polarity' } from './sentence-polarity.js';
export { snips } from './snips.js';
export { sp500 } from './sp500.js';
export { tatoebaEngFra as 'tatoeba-eng-fra' } from './tatoeba-eng-fra.js';
export { tinyShakespeare as 'tiny-shakespeare' } from './tiny-shakespeare.js';
export { udChineseGsdsimp as 'ud-chinese-gsdsimp' } from './ud-chinese-gsdsimp.js';
export { udEnglishEwt as 'ud-english-ewt' } from './ud-english-ewt.js';
export { udTurkishAtis as 'ud-turkish-atis' } from './ud-turkish-atis.js';
export { wnut17 } from './wnut17.js';
