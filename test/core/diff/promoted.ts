/**
 * The same integration as another instance would export it after saving it anew: other numbers of parts, other names of
 * mappings, other prefixes, one line for all XML, other ids and locks in the connections, another server's paths.
 */
import { createHash } from 'node:crypto';
import type { ZipEntry } from '../../simulator/archives/zip.ts';
import { createRandom } from '../../simulator/random.ts';
import { edited } from '../archive/archive-forge.ts';

const PARTS =
  /(?<![A-Za-z0-9_])(application|processor|inbound|outbound|input|output|resourcegroup|resource|messagecontext)_(\d+)(?![A-Za-z0-9])/g;

/** Another number for each, in another order, however large: modulo a prime no two products are the same. */
const scattered = (n: number): number => (n * 48_271) % 2_147_483_647;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

export const promoted = (archive: Uint8Array, seed: number): Buffer => {
  const random = createRandom(seed);
  const offset = random.below(1_000_000);
  const prefixShift = 1 + random.below(50);
  const renumbered = (text: string): string =>
    text
      .replace(PARTS, (_, kind: string, number: string) => `${kind}_${scattered(Number(number) + offset)}`)
      .replace(/\b(req|resp)_([0-9a-f]{32})/g, (_, side: string, name: string) => `${side}_${md5(`${name} ${seed}`)}`);
  const restyled = (name: string, text: string): string => {
    if (!/\.(xml|xsl|wsdl|jca|properties)$/.test(name)) return text;
    const prefixed = text.replace(/\bns(\d+)(?=[:=])/g, (_, n: string) => `ns${Number(n) + prefixShift}`);
    if (name.endsWith('.properties')) return prefixed;
    const flat = prefixed.replace(/>\s+<(?!\/xsl:text>)/g, '><').replace(/<!--.*?-->/gs, '');
    return name.startsWith('icspackage/appinstances/') ? restamped(flat, seed) : flat;
  };
  return edited(archive, (entries) =>
    random.shuffle(
      entries.map(({ name, data }): ZipEntry => {
        const text = Buffer.from(data).toString('latin1');
        // Java archives and the like stay as they are.
        if (text.includes('\0')) return { name: renumbered(name), data };
        return { name: renumbered(name), data: Buffer.from(restyled(name, renumbered(text)), 'latin1') };
      }),
    ),
  );
};

const restamped = (connection: string, seed: number): string =>
  connection
    .replace(/<id>[^<]*<\/id>/, `<id>${md5(`${seed}`)}</id><groupId>${seed}</groupId>`)
    .replace(
      /<revision>/,
      `<securedAuditInfo><auditInfo><lastUpdatedDate>${seed}</lastUpdatedDate></auditInfo><lockInfo><lockedBy>u${seed}</lockedBy></lockInfo></securedAuditInfo><revision>`,
    );
