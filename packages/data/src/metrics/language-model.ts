/** What a mean cross-entropy says about a language model. */

/** e^loss: among how many equally probable tokens the model hesitates, from its mean loss in nats. */
export function perplexity(meanLoss: number): number {
  return Math.exp(meanLoss);
}

/** loss/ln 2, from the mean loss in nats; for tokens longer than a character, divided by how many a token has on average. */
export function bitsPerCharacter(meanLoss: number, charactersPerToken = 1): number {
  return meanLoss / Math.LN2 / charactersPerToken;
}
