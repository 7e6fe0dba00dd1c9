/**
 * The parts of a flow (applications, processors, their resources) carry numbers from one counter, and mappings a random
 * name; the designer gives some of them anew when it saves. Here the parts of two archives are paired by what they are, and
 * the second is told with the numbers of the first. A pairing may be clumsy, it never hides a difference: each number stands
 * for one part on either side, whichever that is.
 */
import { hash } from 'node:crypto';
import {
  DEFINITION,
  isPartName,
  type Members,
  masked,
  partNames,
  type Rename,
  renameIn,
  renameParts,
} from '../archive/part-names.ts';
import { childElements, descendants, parseXmlFile, textOf, type XmlElement } from '../formats/xml-tree.ts';

export interface Renumbered {
  /** Those of the second archive, its parts named as the same ones in the first. */
  readonly members: Members;
  /** By the same names, as they are. */
  readonly originals: Members;
  readonly rename: Rename;
}

export const renumber = (a: Members, b: Members): Renumbered => {
  const pairs = createPairs();
  pairParts(readParts(a), readParts(b), pairs);
  pairLeftOver(a, b, pairs);
  const rename = pairs.nameInA;
  if (pairs.areEqual()) return { members: b, originals: b, rename };
  const originals = new Map([...b].map(([name, data]) => [renameParts(name, rename), data]));
  const members = [...b].map(([name, data]): [string, Buffer] => [
    renameParts(name, rename),
    Buffer.from(renameIn(name, data.toString('latin1'), rename), 'latin1'),
  ]);
  return { members: new Map(members), originals, rename };
};

interface Pairs {
  /** Ignored when either has its partner. */
  add(a: string, b: string): void;
  /** Also the names both texts hold in the same places, when they are of the same kinds. */
  addWithin(a: string, b: string): void;
  readonly nameInA: Rename;
  areEqual(): boolean;
}

const createPairs = (): Pairs => {
  const aOfB = new Map<string, string>();
  const taken = new Set<string>();
  const add = (a: string, b: string): void => {
    if (aOfB.has(b) || taken.has(a)) return;
    aOfB.set(b, a);
    taken.add(a);
  };
  const nameInA: Rename = (b) => aOfB.get(b) ?? (taken.has(b) ? `${b}-new` : b);
  return {
    add,
    addWithin: (a, b) => {
      if (masked(a) !== masked(b)) return;
      const partsOfB = partNames(b);
      for (const [index, part] of partNames(a).entries()) add(part, partsOfB[index] ?? part);
    },
    nameInA,
    areEqual: () => [...aOfB].every(([b, a]) => a === b),
  };
};

interface Part {
  readonly name: string;
  /** Application, processor, resource, ... */
  readonly kind: string;
  /** What it says, contents of its resources included. */
  readonly meaning: string;
  /** What it says, but for the contents of its resources. */
  readonly shape: string;
  /** The name an application has in the flow, which is unique there. */
  readonly label: string | undefined;
  readonly location: string | undefined;
  readonly parts: readonly Part[];
}

const readParts = (members: Members): Part[] => {
  const root = parseXmlFile(members.get(DEFINITION));
  return root ? partsBelow(root, members) : [];
};

const partsBelow = (element: XmlElement, members: Members): Part[] =>
  childElements(element).flatMap((child): Part[] => {
    const name = child.attributes.get('name');
    if (name === undefined || !isPartName(name)) return partsBelow(child, members);
    const adapter = childElements(child).find(({ local }) => local === 'adapter');
    const label = adapter && childElements(adapter).find(({ local }) => local === 'name');
    return [
      {
        name,
        kind: child.local,
        meaning: hash(
          'sha256',
          describe(child, (location) => contentAt(location, members)),
        ),
        shape: hash(
          'sha256',
          describe(child, () => ''),
        ),
        label: label && textOf(label),
        location: child.attributes.get('location'),
        parts: partsBelow(child, members),
      },
    ];
  });

const contentAt = (location: string, members: Members): string =>
  masked(members.get(location.replace(/^\.\.\//, 'project/'))?.toString('latin1') ?? '');

const describe = (part: XmlElement, contentAt: (location: string) => string): string =>
  descendants(part)
    .map((element) => {
      const attributes = [...element.attributes].map(([name, value]) => `${name}=${masked(value)}`);
      const text = childElements(element).length === 0 ? masked(textOf(element)) : '';
      const location = element.attributes.get('location');
      return [element.local, ...attributes, text, location ? contentAt(location) : ''].join('\0');
    })
    .join('\n');

type Likeness = (part: Part) => string | undefined;

/** From certain to likely: what has found its partner by one is not asked by the next. Twins are paired in order. */
const ANEW: readonly Likeness[] = [
  ({ meaning }) => meaning,
  ({ kind, label }) => label && `${kind} ${label}`,
  ({ shape }) => shape,
  ({ kind, name }) => `${kind} ${name}`,
];
const sameName: Likeness = ({ name, shape }) => `${name} ${shape}`;
const KEPT: readonly Likeness[] = [
  ({ name, meaning }) => `${name} ${meaning}`,
  ...ANEW.slice(0, 2),
  sameName,
  ...ANEW.slice(2),
];

/** Where everything was numbered anew, an equal number is a coincidence. */
const chooseLikenesses = (ofA: readonly Part[], ofB: readonly Part[]): readonly Likeness[] => {
  const inB = new Set(ofB.map(sameName));
  return ofA.filter((part) => inB.has(sameName(part))).length * 2 >= ofA.length ? KEPT : ANEW;
};

const pairParts = (
  ofA: readonly Part[],
  ofB: readonly Part[],
  pairs: Pairs,
  likenesses = chooseLikenesses(ofA, ofB),
): void => {
  let [openA, openB] = [ofA, ofB];
  for (const likenessOf of likenesses) {
    const candidates = Map.groupBy(openB, likenessOf);
    const found = new Set<Part>();
    for (const part of openA) {
      const likeness = likenessOf(part);
      const partner = likeness === undefined ? undefined : candidates.get(likeness)?.shift();
      if (!partner) continue;
      found.add(part).add(partner);
      pairs.add(part.name, partner.name);
      if (part.location && partner.location) pairs.addWithin(part.location, partner.location);
      pairParts(part.parts, partner.parts, pairs, likenesses);
    }
    openA = openA.filter((part) => !found.has(part));
    openB = openB.filter((part) => !found.has(part));
  }
};

/** Files that the definition does not speak of: by their content, or when there is but one of its kind on either side. */
const pairLeftOver = (a: Members, b: Members, pairs: Pairs): void => {
  const inA = (name: string): string => renameParts(name, pairs.nameInA);
  const namesOfB = new Set([...b.keys()].map(inA));
  const openA = [...a.keys()].filter((name) => !namesOfB.has(name));
  const openB = [...b.keys()].filter((name) => !a.has(inA(name)));
  const contentIn = (members: Members) => (name: string) =>
    `${masked(name)} ${hash('sha256', masked(members.get(name)?.toString('latin1') ?? ''))}`;
  const sameContent = Map.groupBy(openB, contentIn(b));
  const sameKind = Map.groupBy(openB, masked);
  for (const [path, names] of Map.groupBy(openA, masked)) {
    const others = sameKind.get(path) ?? [];
    const onlyOne = names.length === 1 && others.length === 1 ? others[0] : undefined;
    for (const name of names) {
      const partner = onlyOne ?? sameContent.get(contentIn(a)(name))?.shift();
      if (partner !== undefined) pairs.addWithin(name, partner);
    }
  }
};
