/**
 * What differs between two archives in the integration's own terms: its name, what it is connected to and calls, its
 * libraries and schedule, its expressions and mappings. What the terms do not cover is in the members.
 */

import { readExpression } from '../archive/expression.ts';
import type { Archive } from '../archive/integration-archive.ts';
import type { Members } from '../archive/part-names.ts';
import { createPrefixes } from '../formats/namespace-prefixes.ts';
import { readRootChildren } from '../formats/xml.ts';
import { childElements, descendants, parseXmlFile, textOf } from '../formats/xml-tree.ts';
import { type ChangedElement, diffMappings, readMapping } from './mappings.ts';

/** null: it is not there. */
interface Change {
  readonly from: string | null;
  readonly to: string | null;
}

export interface NamedChange extends Change {
  /** `name`, `version`, `description`; of a connection `type`, `securityPolicy`, ...; of a schedule its element. */
  readonly field: string;
}

export interface ConnectionDiff {
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly NamedChange[];
  /** Properties of which the value differs; what it is may be a secret. */
  readonly properties: readonly string[];
}

export interface NamesDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface ExpressionDiff extends Change {
  readonly member: string;
  /** The step's or the variable's name; empty when it has none. */
  readonly name: string;
}

export interface EndpointDiff {
  readonly member: string;
  /** The name the call, or the trigger, has in the flow. */
  readonly name: string;
  readonly properties: readonly NamedChange[];
}

export interface MappingDiff {
  readonly member: string;
  /** What it maps to; empty when it does not say. */
  readonly target: string;
  readonly elements: readonly ChangedElement[];
}

/** An archive and its members, named as those of the other one. */
export interface Side {
  readonly archive: Archive;
  readonly members: Members;
}

export const diffIdentity = (a: Side, b: Side): NamedChange[] => diffFields(identityOf(a), identityOf(b));

const identityOf = ({ archive, members }: Side): Map<string, string> => {
  const definition = members.get('project/PROJECT-INF/project.xml') ?? Buffer.alloc(0);
  const description = readRootChildren(definition, ['projectDescription']).get('projectDescription') ?? '';
  return new Map([
    ['name', archive.name],
    ['version', archive.version],
    ['description', description],
  ]);
};

const diffFields = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): NamedChange[] =>
  [...new Set([...a.keys(), ...b.keys()])].flatMap((field) => {
    const [from, to] = [a.get(field) ?? null, b.get(field) ?? null];
    return from === to ? [] : [{ field, from, to }];
  });

export const diffNames = (a: readonly string[], b: readonly string[]): NamesDiff => ({
  added: b.filter((name) => !a.includes(name)),
  removed: a.filter((name) => !b.includes(name)),
});

export const diffConnections = (a: Side, b: Side): ConnectionDiff[] => {
  const [before, after] = [connectionsOf(a), connectionsOf(b)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((id): ConnectionDiff[] => {
    const [from, to] = [before.get(id), after.get(id)];
    const fields = diffFields(from?.fields ?? new Map(), to?.fields ?? new Map());
    if (!from || !to) return [{ id, change: from ? 'removed' : 'added', fields, properties: [] }];
    const properties = diffFields(from.properties, to.properties).map(({ field }) => field);
    return fields.length + properties.length === 0 ? [] : [{ id, change: 'changed', fields, properties }];
  });
};

interface ConnectionFacts {
  readonly fields: ReadonlyMap<string, string>;
  readonly properties: ReadonlyMap<string, string>;
}

const connectionsOf = ({ archive, members }: Side): Map<string, ConnectionFacts> =>
  new Map(
    archive.connections.map(({ id, name, type, securityPolicy }) => [
      id,
      {
        fields: new Map([
          ['name', name ?? ''],
          ['type', type],
          ['securityPolicy', securityPolicy ?? ''],
        ]),
        properties: propertiesOf(members.get(`icspackage/appinstances/${id}.xml`)),
      },
    ]),
  );

const propertiesOf = (file: Buffer | undefined): Map<string, string> => {
  const root = parseXmlFile(file);
  const properties = root ? descendants(root).filter(({ local }) => local.endsWith('Property')) : [];
  return new Map(
    properties.map((property) => {
      const name = childElements(property).find(({ local }) => local === 'name');
      const values = childElements(property).filter((child) => child !== name);
      return [name ? textOf(name) : '', JSON.stringify(values.map(textOf))];
    }),
  );
};

const SCHEDULE = /^icspackage\/schedule\//;

/** Every element of the schedules' files that holds a text. */
export const diffSchedules = (a: Members, b: Members): NamedChange[] => diffFields(scheduleOf(a), scheduleOf(b));

const scheduleOf = (members: Members): Map<string, string> => {
  const files = [...members].filter(([name]) => SCHEDULE.test(name)).map(([, file]) => file);
  const leaves = files.flatMap((file) => {
    const root = parseXmlFile(file);
    return root ? descendants(root).filter((element) => childElements(element).length === 0) : [];
  });
  const byName = Map.groupBy(leaves, ({ local }) => local);
  return new Map([...byName].map(([local, elements]) => [local, elements.map(textOf).join(', ')]));
};

export const diffExpression = (member: string, a: Buffer | undefined, b: Buffer | undefined): ExpressionDiff[] => {
  const prefixes = createPrefixes();
  const [from, to] = [a, b].map((file) => file && readExpression(file.toString('utf8'), prefixes));
  if (from?.text === to?.text) return [];
  return [{ member, name: to?.name || from?.name || '', from: from?.text ?? null, to: to?.text ?? null }];
};

/** What the adapter is told (.jca). */
export const diffEndpoint = (member: string, a: Buffer | undefined, b: Buffer | undefined): EndpointDiff[] => {
  const properties = diffFields(settingsOf(a), settingsOf(b));
  if (properties.length === 0) return [];
  return [{ member, name: member.replace(/^.*\//, '').replace(/(?:_REQUEST)*\.jca$/, ''), properties }];
};

const settingsOf = (file: Buffer | undefined): Map<string, string> => {
  const root = parseXmlFile(file);
  const properties = root ? descendants(root).filter(({ local }) => local === 'property') : [];
  return new Map(properties.map(({ attributes }) => [attributes.get('name') ?? '', attributes.get('value') ?? '']));
};

export const diffMapping = (member: string, a: Buffer | undefined, b: Buffer | undefined): MappingDiff[] => {
  const prefixes = createPrefixes();
  const [from, to] = [a, b].map((file) => file && readMapping(file.toString('utf8'), prefixes));
  const elements = diffMappings(from, to);
  return elements.length === 0 ? [] : [{ member, target: to?.target || from?.target || '', elements }];
};
