/** @seqloom/data/synthetic: seeded generators of the classic tasks; the same seed gives the same examples. */
export { type AddingExample, type GenerateAddingOptions, generateAdding } from './adding.js';
export {
  type BracketExample,
  type BracketJudgement,
  type GenerateBracketsOptions,
  generateBracketJudgements,
  generateBrackets,
} from './brackets.js';
export { type CasinoExample, casinoChain, type GenerateSequencesOptions, generateCasino } from './casino-rolls.js';
export { type CommandExample, generateCommands } from './commands.js';
export { type CopyExample, type GenerateCopyOptions, generateCopy } from './copy.js';
export { type GenerateRecallOptions, generateRecall, type RecallExample } from './delayed-recall.js';
export type { GenerateOptions, GenerateUnlikeOptions } from './draw-examples.js';
export type { HiddenChain } from './hidden-chain.js';
export {
  type GenerateShapesOptions,
  generateMovingShapes,
  type Movement,
  type Shape,
  type ShapeFilm,
} from './moving-shapes.js';
export { type GenerateNumbersOptions, generateNumberWords, numberInWords } from './number-words.js';
export { generatePhrases } from './phrases.js';
export { type AlignedExample, type GenerateLettersOptions, generateReverse } from './reverse.js';
export { generateReviews, type ReviewExample } from './reviews.js';
export { generateSorting } from './sorting.js';
export { type Activity, generateWeather, type Weather, type WeatherExample, weatherChain } from './weather.js';
