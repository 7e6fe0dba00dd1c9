/** What is asked of a page from the inside: texts, since they run where no type of ours is known. */

/** Milliseconds from the navigation until the whole of it was laid out and painted. */
export const UNTIL_PAINTED = `new Promise((resolve) =>
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))`;

export const PAGE_WIDTH = 'document.documentElement.scrollWidth';
export const BODY_COLOUR = 'getComputedStyle(document.body).backgroundColor';
export const BOX_COLOUR = "getComputedStyle(document.querySelector('.b rect')).fill";

export interface ColourPair {
  readonly text: string;
  readonly on: string;
  /** Some words of that colour. */
  readonly sample: string;
}

/** The colours of all texts that are seen, each with what they stand on: an array of `ColourPair`. */
export const COLOUR_PAIRS = `(() => {
  const found = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element.checkVisibility() || !node.textContent.trim() || element.closest('svg, script')) continue;
    let around = element;
    while (around && getComputedStyle(around).backgroundColor === 'rgba(0, 0, 0, 0)') around = around.parentElement;
    const text = getComputedStyle(element).color;
    const on = getComputedStyle(around || document.body).backgroundColor;
    found.set(text + ' ' + on, { text, on, sample: node.textContent.trim().slice(0, 40) });
  }
  return [...found.values()];
})()`;
