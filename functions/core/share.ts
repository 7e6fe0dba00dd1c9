/** A share of a whole, as people write it: `1/30`, or a number up to 1. */

/** Above 0, at most 1; undefined for what is none. */
export const parseShare = (text: string): number | undefined => {
  const [, top, bottom] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const share = top === undefined ? (/^[\d.]+$/.test(text) ? Number(text) : Number.NaN) : Number(top) / Number(bottom);
  return share > 0 && share <= 1 ? share : undefined;
};
