/** `oic diff`: two snapshots or instances, two archives, or the archives of one integration in two places. */

import { diffArchives } from '../../core/diff/diff-archives.ts';
import { ConfigError, Refused } from '../../core/errors.ts';
import type { IntegrationRef } from '../../core/integration.ts';
import { isSnapshotName } from '../../core/keys.ts';
import { type CompareOptions, type CompareProgress, compare, type Source } from '../../jobs/compare/compare.ts';
import { includedKinds, onlyKinds } from '../../kinds/included-kinds.ts';
import type { Vault } from '../../store/vault.ts';
import { type CommonOptions, idArgument, openSession, type Session } from '../command.ts';
import { KIND_WORDS, kindsOption, otherKindOf } from '../kinds/option.ts';
import { createOutput, type Output, type Progress } from '../output.ts';
import { chooseSnapshot } from '../restore/chosen-snapshot.ts';
import { diffFiles } from './files.ts';
import { kindsDiffLines } from './kinds-text.ts';
import { archiveDiffLines, snapshotDiffLines } from './text.ts';

interface DiffOptions extends CommonOptions {
  readonly vault: string;
  readonly id?: string;
  readonly kind?: string;
}

export const diff = async (a: string, b: string, options: DiffOptions): Promise<number> => {
  const files = [a, b].filter(isFile);
  const isNarrowed = options.id !== undefined || options.kind !== undefined;
  if (options.id !== undefined && options.kind !== undefined) {
    throw new ConfigError('--id is one integration: leave out --kind');
  }
  if (files.length === 1 || (files.length === 2 && isNarrowed)) {
    throw new ConfigError(
      `${a} and ${b} cannot be compared like that: give two .iar files (or two .car, or two .par files), or two of INSTANCE and INSTANCE@SNAPSHOT, with --id or --kind if you like`,
    );
  }
  if (files.length === 2) {
    await diffFiles(createOutput(options.json ?? false), a, b);
    return 0;
  }
  const compared = comparedKinds(options.kind);
  const session = await openSession(options);
  const [from, to] = [parseSide(session, a), parseSide(session, b)];
  if (from.snapshot === undefined && to.snapshot === undefined && from.instance === to.instance) {
    throw new ConfigError(`${a} is what it is: compare it with a snapshot, e.g. ${a}@latest, or with another instance`);
  }
  const ref = options.id === undefined ? undefined : idArgument(options.id);
  await withSources(session, options.vault, [from, to], ([first, second], labels, vault) =>
    ref === undefined
      ? showStates(session, labels, compared, vault, [first, second])
      : showIntegration(session.out, labels, ref, vault, first, second),
  );
  return 0;
};

const isFile = (text: string): boolean => /\.(?:iar|car|par)$/i.test(text) || text.includes('/');

interface Side {
  readonly instance: string;
  /** undefined: the instance as it is now; `latest`: the newest. */
  readonly snapshot: string | undefined;
}

/** @throws ConfigError when the settings have no such instance, or the snapshot's name is none */
const parseSide = ({ runtime }: Session, text: string): Side => {
  const [instance = '', snapshot, ...more] = text.split('@');
  runtime.instance(instance);
  if (more.length > 0 || (snapshot !== undefined && snapshot !== 'latest' && !isSnapshotName(snapshot))) {
    throw new ConfigError(`"${text}" names no snapshot; \`oic snapshots ${instance}\` lists them, or write @latest`);
  }
  return { instance, snapshot };
};

type Labels = readonly [string, string];

/** Opens what the sides need, and closes it whatever happens. */
const withSources = async (
  { out, runtime }: Session,
  location: string,
  sides: readonly [Side, Side],
  work: (sources: readonly [Source, Source], labels: Labels, vault: Vault) => Promise<void>,
): Promise<void> => {
  const vault = await runtime.openVault(location);
  const opened: (() => Promise<void>)[] = [];
  const open = async (side: Side): Promise<Source> => {
    if (side.snapshot !== undefined) {
      const snapshot = await chooseSnapshot(vault, side.instance, side.snapshot, out);
      return { manifest: await vault.getSnapshot(side.instance, snapshot) };
    }
    const oic = await runtime.openInstance(side.instance);
    opened.push(() => oic.close());
    const { concurrency, include, integrationInstance } = runtime.instance(side.instance);
    return { oic, concurrency, kinds: includedKinds(include, integrationInstance) };
  };
  try {
    const sources = [await open(sides[0]), await open(sides[1])] as const;
    for (const source of sources) {
      if ('manifest' in source && !source.manifest.complete) out.note(`${labelOf(source)} is an incomplete snapshot`);
    }
    await work(sources, [labelOf(sources[0]), labelOf(sources[1])], vault);
  } finally {
    for (const close of opened) await close();
  }
};

const labelOf = (source: Source): string =>
  'manifest' in source ? `${source.manifest.instance}@${source.manifest.snapshot}` : source.oic.instance;

const comparedKinds = (option: string | undefined): CompareOptions => {
  const kinds = kindsOption(option, KIND_WORDS);
  const others = kinds?.map(otherKindOf);
  return {
    integrations: kinds?.includes('integrations') ?? true,
    kinds: onlyKinds((kind) => others?.some((one) => one?.name === kind) ?? true),
  };
};

const showStates = async (
  { out, runtime }: Session,
  [a, b]: Labels,
  compared: CompareOptions,
  vault: Vault,
  [from, to]: readonly [Source, Source],
): Promise<void> => {
  const progress = createProgress(out);
  const { people } = runtime.settings;
  const { diff: result, details } = await compare(from, to, compared, vault, progress).finally(progress.stop);
  out.result({ a, b, ...result, ...details }, () => [
    ...(result.others ? [...kindsDiffLines(result.others, details, people), ''] : []),
    ...(compared.integrations ? snapshotDiffLines(a, b, result, people) : [`${a} -> ${b}`]),
  ]);
};

const createProgress = (out: Output): CompareProgress & { stop(): void } => {
  let bar: Progress | undefined;
  return {
    exporting: (instance, archives) => {
      bar?.stop();
      bar = archives > 0 ? out.progress(`exporting from ${instance} to compare contents`, archives) : undefined;
    },
    exported: () => bar?.tick(),
    stop: () => bar?.stop(),
  };
};

const showIntegration = async (
  out: Output,
  labels: Labels,
  ref: IntegrationRef,
  vault: Vault,
  from: Source,
  to: Source,
): Promise<void> => {
  const first = await readArchiveOf(vault, from, ref);
  await showArchives(out, labels, first, await readArchiveOf(vault, to, ref));
};

const readArchiveOf = async (vault: Vault, source: Source, { id }: IntegrationRef): Promise<Uint8Array> => {
  const missing = new Refused(`${labelOf(source)} has no integration ${id}`);
  if ('oic' in source) {
    if (!(await source.oic.getIntegration(id))) throw missing;
    return (await source.oic.exportIntegration(id)).bytes;
  }
  const entry = source.manifest.integrations.find((integration) => integration.id === id);
  if (!entry) throw missing;
  if (!entry.archive) throw new Refused(`${labelOf(source)} holds no archive of ${id}: its content is not known`);
  return vault.getArchive(entry.archive);
};

const showArchives = async (out: Output, [a, b]: Labels, from: Uint8Array, to: Uint8Array): Promise<void> => {
  const result = await diffArchives(from, to);
  out.result({ a, b, ...result }, () => archiveDiffLines(a, b, result));
};
