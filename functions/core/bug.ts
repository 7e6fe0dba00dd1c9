/** Errors that no sentence was written for: what they tell is a mistake in this program, not in its use. */
export const isBug = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
