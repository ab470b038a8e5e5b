/** @seqloom/core/testing: the laws. */
export {};
