/**
 * What an instance does at each export: the same integration, other bytes. Entry order, the zip time, the date comment of
 * the files Java's `Properties.store` writes, and the keys `validity` and `mod` change every time; the meaning does not.
 * Works on real archives as on synthetic ones.
 */
import { createHash } from 'node:crypto';
import { createRandom } from '../random.ts';
import { type CompressedEntry, compressEntry, expandEntry, writeZip } from './zip.ts';

/** One export: when it happened, which order the entries got, and the state the integration was in. */
interface Occasion {
  readonly exportedAt: Date;
  readonly entrySeed: number;
  readonly state?: string | undefined;
}

const ATTRIBUTES = /^icspackage\/project\/[^/]+\/ics_project_attributes\.properties$/;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number: number): string => String(number).padStart(2, '0');

/** The comment of `Properties.store`, e.g. `#Tue Aug 12 13:51:24 UTC 2025`. */
const dateComment = (moment: Date): string => {
  const time = [moment.getUTCHours(), moment.getUTCMinutes(), moment.getUTCSeconds()].map(two).join(':');
  const day = `${DAYS[moment.getUTCDay()]} ${MONTHS[moment.getUTCMonth()]} ${two(moment.getUTCDate())}`;
  return `#${day} ${time} UTC ${moment.getUTCFullYear()}`;
};

const setProperty = (text: string, key: string, value: string): string =>
  text.replace(new RegExp(`^${key}=.*$`, 'm'), () => `${key}=${value}`);

/** `mod` is 16 bytes in base64; Oracle's algorithm is not known, only that it may differ when nothing changed. */
const modOf = (text: string): string => createHash('md5').update(text).digest('base64').replaceAll('=', '\\=');

/** A properties file as of another export: its date, and its checksum where it has one. */
export const stampProperties = (text: string, exportedAt: Date, mod: string): string =>
  setProperty(text.replace(/^#.*/, dateComment(exportedAt)), 'mod', mod.replaceAll('=', '\\='));

const restamp = (name: string, text: string, { exportedAt, state }: Occasion): string => {
  const dated = text.replace(/^#.*/, dateComment(exportedAt));
  if (!ATTRIBUTES.test(name)) return dated;
  const stamped = setProperty(setProperty(dated, 'validity', String(exportedAt.getTime())), 'mod', modOf(dated));
  return state === undefined ? stamped : setProperty(stamped, 'project_persisted_state', state);
};

/** Looks once at what changes from export to export; each export then recompresses only that. */
export const createExporter = (entries: readonly CompressedEntry[]): ((occasion: Occasion) => Buffer) => {
  const fixed: CompressedEntry[] = [];
  const stamped: { name: string; text: string }[] = [];
  for (const entry of entries) {
    const text = entry.name.endsWith('.properties') ? Buffer.from(expandEntry(entry).data).toString('latin1') : '';
    if (text.startsWith('#')) stamped.push({ name: entry.name, text });
    else fixed.push(entry);
  }
  return (occasion) => {
    const fresh = stamped.map(({ name, text }) =>
      compressEntry({ name, data: Buffer.from(restamp(name, text, occasion), 'latin1') }),
    );
    return writeZip(createRandom(occasion.entrySeed).shuffle([...fixed, ...fresh]), { modified: occasion.exportedAt });
  };
};
