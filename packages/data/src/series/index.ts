/** @seqloom/data/series: rows of numbers over time, from sensors and video. */

// Sensors

export { withDifferences } from './differences.js';
export { type FilledRows, type FillMissingOptions, fillMissing } from './missing-values.js';
export { type RegularGridOptions, regularGrid, type TimedRows } from './regular-grid.js';
export type { Rows } from './rows.js';
export { type SlidingWindowsOptions, slidingWindows } from './sliding-windows.js';
export { type SavedStandardizer, Standardizer } from './standardizer.js';

// Video

export { type Frame, type FrameSize, framesToFeatures, greyFrame } from './frame-features.js';
export { playingFrames, type VideoFrame, type VideoFramesOptions, videoFrames } from './video-frames.js';
