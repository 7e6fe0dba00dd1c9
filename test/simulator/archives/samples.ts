/**
 * A believable instance: payroll, orders, invoices and the like, some scheduled, some calling others, some in several
 * versions, all on a handful of shared connections and lookups. One seed gives one instance.
 */
import { createRandom, type Random } from '../random.ts';
import type { Simulator } from '../server.ts';
import { buildSampleArchive, type SampleArchive } from './sample-archive.ts';

export interface SampleOptions {
  readonly count: number;
  /** @default 1 */
  readonly seed?: number;
  /** Never more than 600 are active, so that an instance keeps room below Oracle's limit. @default 0.7 */
  readonly activeShare?: number;
  /** @default 0.25 */
  readonly scheduledShare?: number;
  /** Those that call an active one of the same instance. @default 0.15 */
  readonly callingShare?: number;
  /** Those that are another version of the one before. @default 0.1 */
  readonly versionShare?: number;
  /** Bytes that do not compress, added to each archive. @default 0 */
  readonly paddingBytes?: number;
  /** Nothing is newer; ages go back a year. @default one hour ago */
  readonly until?: Date;
}

const MAX_ACTIVE = 600;
const YEAR_MS = 365 * 24 * 3600 * 1000;

const SUBJECTS = ['Payroll', 'Orders', 'Invoices', 'Suppliers', 'Employees', 'Items', 'Payments', 'Shipments'] as const;
const MORE_SUBJECTS = ['Journals', 'Assets', 'Expenses', 'Timesheets', 'Contracts', 'Customers', 'Prices'] as const;
const VERBS = ['Export', 'Import', 'Sync', 'Publish', 'Reconcile', 'Archive', 'Notify'] as const;
const PARTNERS = [
  'Bank',
  'Warehouse',
  'Data Lake',
  'Tax Office',
  'Carrier',
  'Portal',
  'Ledger',
  'Marketplace',
] as const;

type SampleConnection = NonNullable<SampleArchive['connections']>[number];

const TRIGGER: SampleConnection = { id: 'REST_TRIGGER', name: 'REST Trigger', type: 'rest' };

const CONNECTIONS = [
  { id: 'ERP_CLOUD', name: 'ERP Cloud', type: 'erp', securityPolicy: 'USERNAME_PASSWORD_TOKEN', properties: ['host'] },
  {
    id: 'HCM_CLOUD',
    name: 'HCM Cloud',
    type: 'soap',
    securityPolicy: 'USERNAME_PASSWORD_TOKEN',
    properties: ['wsdlUrl'],
  },
  { id: 'BANK_SFTP', name: 'Bank SFTP', type: 'ftp', securityPolicy: 'FTP_SERVER_ACCESS_POLICY', properties: ['host'] },
  { id: 'WAREHOUSE_REST', name: 'Warehouse REST', type: 'rest', properties: ['connectionUrl'] },
  {
    id: 'DATA_LAKE',
    name: 'Data Lake',
    type: 'rest',
    securityPolicy: 'OAUTH_CLIENT_CREDENTIALS',
    properties: ['connectionUrl'],
  },
  { id: 'STAGING_DB', name: 'Staging DB', type: 'atpdatabase', securityPolicy: 'JDBC_OVER_SSL', properties: ['host'] },
] as const satisfies readonly SampleConnection[];

const LOOKUPS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  COUNTRY_CODES: [
    ['ERP', 'ISO'],
    ['Germany', 'DE'],
    ['Switzerland', 'CH'],
    ['Austria', 'AT'],
  ],
  CURRENCY_CODES: [
    ['ERP', 'BANK'],
    ['Euro', 'EUR'],
    ['Franc', 'CHF'],
  ],
};

const SCHEDULES = ['FREQ=DAILY;BYHOUR=2', 'FREQ=HOURLY;INTERVAL=1', 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=6'] as const;

/** Adds `count` integrations to the instance. Gives their ids in the order they were added. */
export const seedSamples = (simulator: Simulator, options: SampleOptions): string[] => {
  const random = createRandom(options.seed ?? 1);
  const generation = simulator.integrationInstance === undefined ? 'gen2' : 'oic3';
  const until = options.until?.getTime() ?? Date.now() - 3600 * 1000;
  const ids: string[] = [];
  for (const sample of planSamples(random, options)) {
    const isStarted = sample.schedule !== undefined && sample.state === 'ACTIVATED' && random.next() < 0.8;
    const id = simulator.instance.add(buildSampleArchive({ ...sample, generation }), {
      scheduleState: isStarted ? 'started' : 'stopped',
      lastUpdated: new Date(until - random.below(YEAR_MS)),
      lastUpdatedBy: random.pick(['ada@example.com', 'ben@example.com', 'cleo@example.com']),
    });
    ids.push(id);
  }
  return ids;
};

const planSamples = (random: Random, options: SampleOptions): SampleArchive[] => {
  const { activeShare = 0.7, scheduledShare = 0.25, callingShare = 0.15, versionShare = 0.1 } = options;
  const samples: SampleArchive[] = [];
  const codes = new Set<string>();
  const callable: { code: string; version: string }[] = [];
  let active = 0;
  while (samples.length < options.count) {
    const before = samples.at(-1);
    const identity = (random.next() < versionShare && nextVersion(before)) || newIdentity(random, codes);
    // Of two versions of one major only one can be active; the older one is here first and may already be.
    const isTaken = before?.code === identity.code && before.state === 'ACTIVATED' && isSameMajor(before, identity);
    const isActive = random.next() < activeShare && active < MAX_ACTIVE && !isTaken;
    const isScheduled = random.next() < scheduledShare;
    const callee = random.next() < callingShare ? callable[random.below(callable.length)] : undefined;
    samples.push({
      ...identity,
      state: isActive ? 'ACTIVATED' : 'CONFIGURED',
      connections: [...(isScheduled ? [] : [TRIGGER]), ...random.shuffle(CONNECTIONS).slice(0, 1 + random.below(2))],
      lookups: pickLookups(random),
      ...(isScheduled && { schedule: random.pick(SCHEDULES) }),
      ...(callee && { calls: [callee] }),
      ...(options.paddingBytes !== undefined && { paddingBytes: options.paddingBytes }),
    });
    if (isActive) active += 1;
    if (isActive && !isScheduled) callable.push({ code: identity.code, version: identity.version });
  }
  return samples;
};

interface Identity {
  readonly code: string;
  readonly version: string;
  readonly name: string;
}

const isSameMajor = (a: { readonly version: string }, b: { readonly version: string }): boolean =>
  a.version.slice(0, 2) === b.version.slice(0, 2);

const newIdentity = (random: Random, codes: Set<string>): Identity => {
  const subject = random.next() < 0.5 ? random.pick(SUBJECTS) : random.pick(MORE_SUBJECTS);
  const name = `${subject} ${random.pick(VERBS)} ${random.pick(PARTNERS)}`;
  let numbered = name;
  for (let number = 2; codes.has(numbered); number++) numbered = `${name} ${number}`;
  codes.add(numbered);
  return { code: numbered.toUpperCase().replaceAll(' ', '_'), version: '01.00.0000', name: numbered };
};

const nextVersion = (before: SampleArchive | undefined): Identity | undefined => {
  if (!before) return undefined;
  const [major = '01', minor = '00', patch = '0000'] = before.version.split('.');
  const next = patch === '0000' ? `${major}.${minor}.0001` : `${String(Number(major) + 1).padStart(2, '0')}.00.0000`;
  return { code: before.code, version: next, name: before.name ?? before.code };
};

const pickLookups = (random: Random): Record<string, readonly (readonly string[])[]> =>
  Object.fromEntries(Object.entries(LOOKUPS).filter(() => random.next() < 0.2));
