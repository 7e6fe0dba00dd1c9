/**
 * Real answers of Oracle Integration, one file an answer: what was asked, and status, headers and body of what came. They are
 * not ours to publish, so they lie beside the checkout and not in it; where they are missing, what needs them says so.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RecordedAnswer {
  /** Of its file, without the ending: `07-integration-get-404`. */
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly headersThatMatter: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or `{base64}` or `{text}` of a file; null when there is none. */
  readonly body: unknown;
}

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'recorded');

/** By name; empty where there are none. */
export const readRecorded = (): ReadonlyMap<string, RecordedAnswer> => {
  if (!existsSync(FOLDER)) {
    process.stdout.write(
      'Recorded answers of Oracle: skipped, there is no folder ../shared/recorded beside the checkout.\n',
    );
    return new Map();
  }
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return new Map(
    files.sort().map((file) => {
      const name = file.slice(0, -'.json'.length);
      return [name, { name, ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) } as RecordedAnswer];
    }),
  );
};

/** The body as it went over the wire, before any compression. */
export const bodyOf = ({ body }: RecordedAnswer): Buffer => {
  if (body === null) return Buffer.alloc(0);
  const { base64, text } = body as { base64?: unknown; text?: unknown };
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  return Buffer.from(typeof text === 'string' ? text : JSON.stringify(body));
};
