/** What is in a picture, read back from its SVG as any XML parser reads it. */
import { SaxesParser } from 'saxes';

export interface Pictured {
  /** Names of applications and processors, as often as they are drawn. */
  readonly elements: readonly string[];
  /** What each box tells when it is pointed at. */
  readonly tellings: readonly string[];
  readonly texts: readonly string[];
  readonly tags: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
}

/** @throws Error when the SVG is not well-formed */
export const readPicture = (svg: string): Pictured => {
  const elements: string[] = [];
  const tellings: string[] = [];
  const texts: string[] = [];
  const tags = new Set<string>();
  const attributes = new Set<string>();
  let tag = '';
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (opened) => {
    tag = opened.name;
    tags.add(tag);
    for (const [name, { value }] of Object.entries(opened.attributes)) {
      attributes.add(name);
      if (name === 'data-elements') elements.push(...value.split(' '));
    }
  });
  parser.on('text', (text) => {
    if (tag === 'title') tellings.push(text);
    if (tag === 'text') texts.push(text);
  });
  parser.on('closetag', () => {
    tag = '';
  });
  parser.write(svg).close();
  return { elements, tellings, texts, tags, attributes };
};
