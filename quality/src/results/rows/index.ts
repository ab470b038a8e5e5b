/** All rows, in the order of the page. */
import type { Row } from '../row.js';
import { atisTagger } from './atis-tagger.js';
import { banking77 } from './banking77.js';
import { ewtCrf } from './ewt-crf.js';
import { ewtHybrid } from './ewt-hybrid.js';
import { ewtTagger } from './ewt-tagger.js';
import { fsdd } from './fsdd.js';
import { hmmCasino } from './hmm-casino.js';
import { hmmEarthquakes } from './hmm-earthquakes.js';
import { hmmFaithful } from './hmm-faithful.js';
import { hmmSp500 } from './hmm-sp500.js';
import { scanLength } from './scan-length.js';
import { scanSimple } from './scan-simple.js';
import { scitldr } from './scitldr.js';
import { sentencePolarity } from './sentence-polarity.js';
import { shakespeareLSTM } from './shakespeare-lstm.js';
import { shakespeareTransformer } from './shakespeare-transformer.js';
import { snipsIntents } from './snips-intents.js';
import { snipsJoint } from './snips-joint.js';
import { tatoebaGRU } from './tatoeba-gru.js';
import { tatoebaTransformer } from './tatoeba-transformer.js';
import { wnut17Hybrid } from './wnut17-hybrid.js';

export const rows: readonly Row[] = [
  ewtCrf,
  ewtTagger,
  ewtHybrid,
  atisTagger,
  snipsJoint,
  snipsIntents,
  wnut17Hybrid,
  scanSimple,
  scanLength,
  tatoebaGRU,
  tatoebaTransformer,
  sentencePolarity,
  banking77,
  fsdd,
  shakespeareLSTM,
  shakespeareTransformer,
  hmmEarthquakes,
  hmmFaithful,
  hmmSp500,
  hmmCasino,
  scitldr,
];
