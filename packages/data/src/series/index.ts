/** @seqloom/data/series: rows of numbers over time, from sensors and video. */

export type { Rows } from './rows.js';
