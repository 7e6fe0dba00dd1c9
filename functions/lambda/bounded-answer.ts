/** What a function answers with: small enough for what carries it, and true of what it leaves out. */

/** Larger ones a durable execution does not take. */
const MAX_ANSWER_BYTES = 150_000;

interface Cut {
  /** How long the lists are of which only the first are here; absent when all is here. */
  readonly cut?: Readonly<Record<string, number>>;
}

/** The report, its lists cut as far as they must be. */
export const boundedAnswer = <T extends object>(report: T): T & Cut => {
  let answer: T & Cut = report;
  for (const most of [100, 10, 0]) {
    if (Buffer.byteLength(JSON.stringify(answer)) <= MAX_ANSWER_BYTES) break;
    const cut: Record<string, number> = {};
    const entries = Object.entries(report).map(([name, value]: [string, unknown]) => {
      if (!Array.isArray(value) || value.length <= most) return [name, value];
      cut[name] = value.length;
      return [name, value.slice(0, most)];
    });
    answer = { ...(Object.fromEntries(entries) as T), cut };
  }
  return answer;
};
