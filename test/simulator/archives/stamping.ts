/**
 * What an instance writes into everything it exports, of its own and not of the design, as found in real archives of one
 * integration from several instances: ids, dates and versions of connections, the order of tags, its build, the prefixes of
 * namespaces, a last newline, dates of what is in a project. What another instance has stamped is stamped over.
 */
import { createHash } from 'node:crypto';
import { readZip, writeZip, type ZipEntry } from './zip.ts';

/** Values of one instance; the same whenever they are asked for. */
export interface Stamps {
  uuid(of: string): string;
  /** ISO 8601, this year. */
  date(of: string): string;
  number(of: string, below: number): number;
}

/** @param instance what tells it from others */
export const createStamps = (instance: string): Stamps => {
  const digest = (of: string): Buffer => createHash('md5').update(`${instance}\0${of}`).digest();
  const number = (of: string, below: number): number => digest(of).readUInt32LE() % below;
  return {
    uuid: (of) =>
      digest(of)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    date: (of) => new Date(Date.UTC(2026, 0, 1) + number(of, 180 * 86_400) * 1000).toISOString(),
    number,
  };
};

/** For telling whether two archives would be the same but for stamps. */
const NOBODY = createStamps('nobody');

export const withoutStamps = (entry: ZipEntry): Uint8Array => stampMember(entry, NOBODY);

export const stampMember = ({ name, data }: ZipEntry, stamps: Stamps): Uint8Array => {
  const stamp = STAMPED.find(([pattern]) => pattern.test(name))?.[1];
  return stamp ? stamp(Buffer.from(data), stamps, name) : data;
};

export const isStamped = (name: string): boolean => STAMPED.some(([pattern]) => pattern.test(name));

type Stamp = (data: Buffer, stamps: Stamps, name: string) => Uint8Array;

const inText =
  (change: (text: string, stamps: Stamps, name: string) => string): Stamp =>
  (data, stamps, name) =>
    Buffer.from(change(data.toString('latin1'), stamps, name), 'latin1');

const stampConnection = (text: string, stamps: Stamps, name: string): string => {
  const root = /<((?:\w+:)?ApplicationInstance)\b[^>]*>/.exec(text);
  const end = root && text.lastIndexOf(`</${root[1]}>`);
  if (!root || !end || end === -1) return text;
  const cut = root.index + root[0].length;
  const inside = text
    .slice(cut, end)
    .replace(/<id>[^<]*<\/id>/, '')
    .replace(/<(groupId|platformVersion)>[^<]*<\/\1>/g, '')
    .replace(/<securedAuditInfo>.*?<\/securedAuditInfo>/gs, '')
    .replace(/<(content|signature)>[^<]*<\/\1>/g, `<$1>${stamps.uuid(name)}</$1>`);
  const created = stamps.date(`${name} created`);
  const audit = `<auditInfo><createdBy>admin</createdBy><createdDate>${created}</createdDate><lastUpdatedDate>${stamps.date(name)}</lastUpdatedDate></auditInfo>`;
  const lock = `<lockInfo><lockedBy>admin</lockedBy><lockedDate>${created}</lockedDate></lockInfo>`;
  const own = `<platformVersion>26.${stamps.number('platform', 12)}</platformVersion><securedAuditInfo>${audit}${lock}</securedAuditInfo>`;
  const ids = `<id>${stamps.uuid(name)}</id><groupId>${stamps.uuid('group')}</groupId>`;
  return `${text.slice(0, cut)}${ids}${inside}${own}${text.slice(end)}`;
};

const stampAttributes = (text: string, stamps: Stamps): string =>
  text
    .replace(/^version=.*$/m, `version=26.0${1 + stamps.number('build', 9)}.0.0`)
    .replace(/^smartTags=(.*)$/m, (_, tags: string) => {
      const sorted = tags.split(',').sort();
      const first = stamps.number('tags', sorted.length);
      return `smartTags=${[...sorted.slice(first), ...sorted.slice(0, first)].join(',')}`;
    });

/** Every prefix its root declares is called anew, wherever it stands; the namespace without one keeps none. */
const stampDefinition = (text: string, stamps: Stamps): string => {
  const root = /<[A-Za-z][^>]*>/.exec(text)?.[0] ?? '';
  const declared = [...root.matchAll(/\bxmlns:([\w.-]+)\s*=\s*(["'])(.*?)\2/g)].map(([, prefix = '', , uri = '']) => ({
    prefix,
    uri,
  }));
  const first = 100 + stamps.number('prefixes', 800);
  const names = new Map(
    declared.sort((a, b) => (a.uri < b.uri ? -1 : 1)).map(({ prefix }, index) => [prefix, `ns${first + index}`]),
  );
  const renamed = text
    .replace(/(?<=xmlns:)([\w.-]+)(?=\s*=)/g, (prefix) => names.get(prefix) ?? prefix)
    .replace(/(?<![\w.-])([A-Za-z_][\w.-]*):(?=[A-Za-z_])/g, (found, prefix: string) =>
      names.has(prefix) ? `${names.get(prefix)}:` : found,
    );
  return `${renamed.trimEnd()}\n`;
};

const DATE = /^(?:lastUpdated|updated|created|latest)Date$/;

const stampProject = (text: string, stamps: Stamps): string =>
  text
    .split('\n')
    .map((line) => {
      const [, start = '', key = '', quote = ''] = /^([ -]*(\w+): *)(["']?)/.exec(line) ?? [];
      if (DATE.test(key)) return `${start}${quote}${stamps.date('project')}${quote}`;
      if (key === 'serviceInstanceOCID')
        return `${start}${quote}ocid1.integrationinstance.${stamps.uuid('ocid')}${quote}`;
      return key === 'projectRevision' ? `${start}${stamps.number('revision', 9_000)}` : line;
    })
    .join('\n');

/** The zip of robots: a date in JSON in a string in JSON. */
const stampRobots: Stamp = (data, stamps) => {
  const members = readZip(data).map(({ name, data: member }) => {
    if (name !== 'rpa_metadata.json') return { name, data: member };
    const updated = new Date(stamps.date('robots')).getTime();
    const text = Buffer.from(member).toString('latin1');
    return { name, data: Buffer.from(text.replace(/(\\"updatedDate\\":)\d+/g, `$1${updated}`), 'latin1') };
  });
  return writeZip(members, { modified: new Date(stamps.date('robots')) });
};

const STAMPED: readonly (readonly [RegExp, Stamp])[] = [
  [/^(?:icspackage\/appinstances|project\/connections)\/[^/]+\.xml$/, inText(stampConnection)],
  [/^icspackage\/project\/[^/]+\/ics_project_attributes\.properties$/, inText(stampAttributes)],
  [/^(?:icspackage\/project|project\/integrations)\/[^/]+\/PROJECT-INF\/project\.xml$/, inText(stampDefinition)],
  [/^project\/project\.yaml$/, inText(stampProject)],
  [/^project\/rpa\.zip$/, stampRobots],
];
