/** @seqloom/data/audio: sound files, spectra, features of speech and the microphone. */

// Spectra

export type { FramePadding } from './frame-stream.js';
export { type LogMelOptions, LogMelStream, logMel, type MelStyle, melStyles } from './log-mel.js';
export { type MelFiltersOptions, type MelNormalization, type MelScale, melFilters } from './mel-filters.js';
export { preEmphasis } from './pre-emphasis.js';
export type { Samples } from './samples.js';
export { type ComplexFrames, inverseStft, type StftOptions, stft } from './stft.js';
export { type WindowName, windowFunction } from './window-functions.js';

// Sound files

export { decodeWav, readWav } from './read-wav.js';
export { type ResampleOptions, Resampler, resample } from './resample.js';
export type { WavEncoding } from './wav-encodings.js';
export { mono, type Waveform } from './waveform.js';
export { type WrittenWavEncoding, writeWav } from './write-wav.js';

// Features

export { type DeltaOptions, deltas, withDeltas } from './deltas.js';
export { type MfccOptions, mfcc } from './mfcc.js';
export { normalizeUtterance, RunningNormalizer } from './normalize.js';

// Microphone

export { type MicrophoneOptions, microphone } from './microphone.js';
