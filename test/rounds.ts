/** How much of what is random, or large, is tried: little in `npm test`, much where a machine has the time (`npm run thorough`). */
export const rounds = <T>(few: T, many: T): T => (process.env.OIC_TEST_ROUNDS === 'many' ? many : few);
