/**
 * How long until a drop that could not be decided is tried again, in seconds: so soon that a deployment whose worker died
 * goes on within minutes, and so often that an instance may be away for three hours.
 */
export const RETRY_SECONDS: readonly number[] = [60, 120, 300, 600, 1_200, 1_800, 1_800, 1_800, 1_800, 1_800];
