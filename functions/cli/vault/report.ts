/** `oic report`: the morning after, as a page, from the vault alone. */
import { makeReport, type ReportProgress, type ReportServices, writeReport } from '../../jobs/report/report.ts';
import { type CommonOptions, openSession } from '../command.ts';
import { placeOf, targetFile, writeWhole } from '../files.ts';
import { count, type Output, type Progress } from '../output.ts';

export const report = async (
  name: string,
  options: CommonOptions & { readonly vault: string; readonly out?: string },
): Promise<number> => {
  const { out, runtime } = await openSession(options);
  runtime.instance(name);
  const [vault, reports] = await Promise.all([
    runtime.openVault(options.vault),
    runtime.openReports(options.vault, name),
  ]);
  const progress = createProgress(out);
  const services = { vault, reports, now: () => new Date(), people: runtime.settings.people, progress };
  const made = await (options.out === undefined
    ? writeIntoVault(services, name, options.vault)
    : writeAside(services, name, options.out)
  ).finally(progress.stop);
  const { problems, ...written } = made;
  for (const problem of problems) out.note(`not in the report: ${problem}`);
  out.result({ instance: name, ...written, problems }, () => [
    `the report about ${written.snapshot} of ${name} is in ${written.file} (${written.bytes} bytes)`,
    ...(problems.length > 0 ? [`${count(problems.length, 'part')} of it could not be read, as said above`] : []),
  ]);
  return problems.length === 0 ? 0 : 1;
};

interface Made {
  readonly file: string;
  /** The same page under the name it has every morning. */
  readonly latest?: string;
  readonly snapshot: string;
  readonly bytes: number;
  readonly problems: readonly string[];
}

const writeIntoVault = async (services: ReportServices, name: string, location: string): Promise<Made> => {
  const { key, latestKey, snapshot, bytes, problems } = await writeReport(services, name);
  return { file: placeOf(location, key), latest: placeOf(location, latestKey), snapshot, bytes, problems };
};

/** The vault is only read: for who may not write there. */
const writeAside = async (services: ReportServices, name: string, out: string): Promise<Made> => {
  const { html, snapshot, problems } = await makeReport(services, name);
  const file = await targetFile(out, `${name}-${snapshot}.html`);
  await writeWhole(file, html);
  return { file, snapshot, bytes: Buffer.byteLength(html), problems };
};

const createProgress = (out: Output): ReportProgress & { stop(): void } => {
  let bar: Progress | undefined;
  return {
    reading: (archives) => {
      if (archives > 0) bar = out.progress('reading archives not looked at before', archives);
    },
    read: () => bar?.tick(),
    stop: () => bar?.stop(),
  };
};
