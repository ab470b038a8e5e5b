/** What a session and the page around it exchange. */
import type { Checkpoint, Composition, Report } from '../worker/protocol.js';
import type { Place } from './address.js';

/** A model with everything needed to go on with it. */
export interface Kept {
  readonly composition: Composition;
  readonly checkpoint: Checkpoint;
}

/** Whom a session tells what concerns more than itself. */
export interface Surroundings {
  /** Where to begin, once it is known which experiments there are. */
  place(): Place;
  /** The setup or the input changed. */
  moved(): void;
  /** Something is ready to be taken home. */
  deliver(report: Extract<Report, { type: 'saved' | 'kept' | 'exported' }>): void;
}
