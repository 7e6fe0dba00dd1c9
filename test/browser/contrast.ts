/** Colours as a page tells them (`rgb(…)`), by the formulas of WCAG 2. */

const channelsOf = (colour: string): number[] =>
  (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((channel) => {
    const part = Number(channel) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });

/** Relative luminance, 0 to 1. */
export const brightness = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = channelsOf(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** 1 to 21; text needs 4.5. */
export const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [brightness(a), brightness(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
