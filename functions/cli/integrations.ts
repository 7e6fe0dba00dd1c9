/** `oic list`, `oic show`, `oic export`: looking, without changing anything. */
import { ConfigError, Refused } from '../core/errors.ts';
import type { Integration } from '../core/integration.ts';
import { type People, personName, withHolderNamed } from '../core/people.ts';
import { type CommonOptions, idArgument, openSession, withInstance } from './command.ts';
import { targetFile, writeWhole } from './files.ts';
import { EXPORTED_KINDS, KIND_WORDS, kindsOption, otherKindOf } from './kinds/option.ts';
import { count, formatTable } from './output.ts';
import type { PictureOptions } from './picture.ts';

export const list = async (
  name: string,
  options: CommonOptions & { status?: string; name?: string; kind?: string },
): Promise<number> => {
  const [kind, ...more] = kindsOption(options.kind, KIND_WORDS)?.map(otherKindOf) ?? [];
  if (more.length > 0) throw new ConfigError('`oic list` lists one kind at a time');
  if (kind !== undefined) {
    if (options.status !== undefined) throw new ConfigError('--status is for integrations');
    return (await import('./kinds/list.ts')).listKind(name, kind, options.name, options);
  }
  const session = await openSession(options);
  const { items: all, odd } = await withInstance(session, name, (oic) => oic.listIntegrations());
  const { status, name: text } = options;
  const integrations = all.filter(
    (integration) =>
      (status === undefined || integration.status === status.toUpperCase()) &&
      (text === undefined || integration.name.toLowerCase().includes(text.toLowerCase())),
  );
  for (const { message } of odd) session.out.note(`warning: ${message}`);
  const warnings = odd.map(({ id, message }) => ({ id, message }));
  session.out.result({ integrations, ...(warnings.length > 0 && { warnings }) }, () => [
    ...formatTable(
      ['ID', 'NAME', 'STATUS', 'UPDATED', 'BY'],
      integrations.map(rowFor(session.runtime.settings.people)),
    ),
    '',
    `${count(integrations.length, 'integration')}${integrations.length === all.length ? '' : ` of ${all.length}`} on ${name}`,
  ]);
  return 0;
};

const rowFor =
  (people: People) =>
  ({ id, name, status, lockedBy, lastUpdated, lastUpdatedBy }: Integration): string[] => [
    id,
    name,
    lockedBy === undefined ? status : `${status} (locked by ${personName(lockedBy, people) || '?'})`,
    lastUpdated?.slice(0, 16).replace('T', ' ') ?? '',
    personName(lastUpdatedBy ?? '', people),
  ];

export const show = async (
  name: string,
  idText: string | undefined,
  options: PictureOptions & { picture?: boolean },
): Promise<number> => {
  if (options.picture) return (await import('./picture.ts')).showPicture([name, idText], options);
  const [option] = (['out', 'vault'] as const).filter((each) => options[each] !== undefined);
  if (option) throw new ConfigError(`--${option} goes with --picture`);
  if (idText === undefined) {
    throw new ConfigError('`oic show` needs an instance and an id, e.g. `oic show prod HELLO_WORLD/01.00.0000`');
  }
  const session = await openSession(options);
  const { id } = idArgument(idText);
  return withInstance(session, name, async (oic) => {
    const integration = await oic.getIntegration(id);
    if (!integration) throw new Refused(`${name} has no integration ${id}; \`oic list ${name}\` shows what it has`);
    const schedule = integration.hasSchedule ? ((await oic.getSchedule(id))?.state ?? null) : null;
    const { people } = session.runtime.settings;
    const { tracing, lastUpdatedBy, ...plain } = withHolderNamed(integration, people);
    const by = lastUpdatedBy === undefined ? {} : { lastUpdatedBy: personName(lastUpdatedBy, people) };
    session.out.result({ ...integration, schedule }, () =>
      Object.entries({ ...plain, ...by, schedule: schedule ?? 'none', tracing: tracingText(tracing) })
        .filter(([, value]) => value !== undefined)
        .map(([label, value]) => `${label.padEnd(14)} ${value}`),
    );
    return 0;
  });
};

const tracingText = ({ tracing, payload, recording }: Integration['tracing']): string =>
  [tracing && 'tracing', payload && 'payload', recording && 'recording'].filter(Boolean).join(', ') || 'off';

export const exportOne = async (
  name: string,
  idText: string,
  options: CommonOptions & { out?: string; kind?: string },
): Promise<number> => {
  const [kind] = kindsOption(options.kind, EXPORTED_KINDS) ?? [];
  const other = kind === undefined ? undefined : otherKindOf(kind);
  if (other?.download) {
    return (await import('./kinds/export.ts')).exportKind(name, other, other.download, idText, options);
  }
  const session = await openSession(options);
  const { id, code, version } = idArgument(idText);
  const { bytes, archive } = await withInstance(session, name, (oic) => oic.exportIntegration(id));
  const file = await targetFile(options.out, `${code}_${version}.iar`);
  await writeWhole(file, bytes);
  const { sha256 } = archive;
  session.out.result(
    { id, file, bytes: bytes.length, sha256 },
    () => `${id} written to ${file} (${bytes.length} bytes)`,
  );
  return 0;
};
