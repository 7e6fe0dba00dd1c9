/**
 * An XML tree as lines, one element a line, so that two documents can be compared line by line however they were broken
 * into lines. White space between elements does not count. Text of a stylesheet counts to the last blank, as it does when
 * the stylesheet runs; other text is trimmed.
 */
import type { XmlElement } from './xml-tree.ts';

/** Deeper elements are not indented further, so that no document can ask for more blanks than it has characters. */
const MAX_INDENT = 40;

export const xmlLines = (root: XmlElement): string[] => {
  const isStylesheet = root.local === 'stylesheet' || root.local === 'transform';
  const textLines = (text: string, parent: XmlElement): string[] => {
    if (isStylesheet) {
      const counts = text.trim() !== '' || parent.local === 'text';
      return counts ? [escapeText(text).replaceAll('\n', '&#10;')] : [];
    }
    return text.trim() === '' ? [] : escapeText(text.trim()).split('\n');
  };
  const render = (element: XmlElement, depth: number): string[] => {
    const indent = '  '.repeat(Math.min(depth, MAX_INDENT));
    const [first, ...more] = element.children;
    const start = `${indent}<${element.name}${attributesOf(element)}`;
    if (more.length === 0 && first?.kind !== 'element') {
      const [line, ...others] = first ? textLines(first.text, element) : [];
      if (line === undefined) return [`${start}/>`];
      if (others.length === 0) return [`${start}>${line}</${element.name}>`];
    }
    const inside = element.children.flatMap((child) =>
      child.kind === 'element'
        ? render(child, depth + 1)
        : textLines(child.text, element).map((line) => `${indent}  ${line}`),
    );
    return inside.length === 0 ? [`${start}/>`] : [`${start}>`, ...inside, `${indent}</${element.name}>`];
  };
  return render(root, 0);
};

const attributesOf = ({ attributes }: XmlElement): string =>
  [...attributes].map(([name, value]) => ` ${name}="${escapeText(value).replaceAll('"', '&quot;')}"`).join('');

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
