/**
 * Which cells of a lookup look like credentials. Lookups are clear text: whoever may read the lookup, or a backup of it,
 * reads what is in it. A finding names the place and the kind, never the value. It is a guess: a name or a shape that
 * credentials have, and nothing that is plainly something else.
 */

export interface SecretFinding {
  /** Of the rows below the columns, from 1. */
  readonly row: number;
  /** The column's name, or its number where it has none. */
  readonly column: string;
  /** Such as "a password, by the name of its column". */
  readonly looksLike: string;
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** In the order of the table. */
export const scanForSecrets = ({ columns, rows }: Table): SecretFinding[] => {
  const named = columns.map(secretNamed);
  return rows.flatMap((cells, row) =>
    cells.flatMap((cell, at): SecretFinding[] => {
      const looksLike = shapeOf(cell) ?? byColumn(named[at], cell) ?? byKey(cells, at);
      return looksLike === undefined ? [] : [{ row: row + 1, column: columns[at] || `number ${at + 1}`, looksLike }];
    }),
  );
};

/** The end of a name: `DB_PASSWORD` names one, `PASSWORD_RESET_URL` does not. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/(?:password|passwd|passwort|pwd|passphrase|passcode)$/, 'a password'],
  [/(?:clientsecret|secret|secretkey|sharedsecret)$/, 'a secret'],
  [/(?:accesstoken|refreshtoken|bearertoken|authtoken|token)$/, 'a token'],
  [/^(?:x|http)?(?:authorization|cookie)$/, 'an Authorization header'],
  [/(?:apikey|accesskey|privatekey|subscriptionkey|signingkey|encryptionkey)$/, 'a key'],
  [/(?:credential|credentials)$/, 'credentials'],
];

const secretNamed = (name: string): string | undefined => {
  if (name.length > 80) return undefined;
  const plain = name
    .toLowerCase()
    .replace(/[\s_.:/-]+/g, '')
    .replace(/(?:value|enc|encrypted|\d+)$/, '');
  return NAMES.find(([pattern]) => pattern.test(plain))?.[1];
};

const byColumn = (kind: string | undefined, cell: string): string | undefined =>
  kind !== undefined && mayBeSecret(cell) ? `${kind}, by the name of its column` : undefined;

/** In a table of names and values, the value beside a name like `erp.password`. */
const byKey = (cells: readonly string[], at: number): string | undefined => {
  const cell = cells[at] ?? '';
  if (!mayBeSecret(cell) || /\s/.test(cell) || secretNamed(cell) !== undefined) return undefined;
  const kind = cells
    .slice(0, at)
    .map(secretNamed)
    .find((found) => found !== undefined);
  return kind === undefined ? undefined : `${kind}, by the name beside it`;
};

/** Not a blank, a placeholder, a flag or a mask. */
const mayBeSecret = (cell: string): boolean => {
  const text = cell.trim();
  if (text.length < 4 || text.length > 10_000) return false;
  if (/^(?:true|false|null|none|n\/a|tbd|todo|test|default|password|secret|token|unknown|undefined)$/i.test(text))
    return false;
  return !/^(?:[*x•.#-]+|%%\w+|\$?\{.*\}|<.*>|\[.*\])$/i.test(text);
};

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, 'a private key'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/, 'a token (JWT)'],
  [/^(?:basic|bearer) +[\w.~+/=-]{8,}$/i, 'the value of an Authorization header'],
  [/^(?:jdbc:)?[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,200}:[^\s/]{3,200}@/i, 'a URL with a password in it'],
  [/^(?:jdbc:oracle:(?:thin|oci):)?[a-z][\w$#-]{0,60}\/[^\s/@]{3,100}@[\w(/]/i, 'a user and password of a database'],
  [/\bSharedAccess(?:Key|Signature)\s{0,3}=/i, 'a key of Azure'],
  [/\bglpat-[\w-]{16,}/, 'a token of GitLab'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, 'an access key of AWS'],
  [/\bgh[pousr]_[A-Za-z0-9]{30,}\b/, 'a token of GitHub'],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/, 'a token of Slack'],
  [/\bAIza[\w-]{35}\b/, 'a key of Google'],
  [
    /[?&](?:password|pwd|secret|(?:api|access|subscription|function)?[_-]?key|code|(?:access_|auth_)?token|sig|signature|x-amz-signature)=[^&\s]{4,}/i,
    'a URL with a credential in it',
  ],
  [/\b(?:password|pwd|client_secret)\s*=\s*[^;\s]{4,}/i, 'a connection string with a password'],
];

/** Longer cells are documents; their beginning is enough. */
const SCANNED_CHARS = 20_000;

const shapeOf = (cell: string): string | undefined => {
  const text = cell.slice(0, SCANNED_CHARS).trim();
  return (
    SHAPES.find(([pattern]) => pattern.test(text))?.[1] ?? (isRandom(text) ? 'a random text, as keys are' : undefined)
  );
};

/** Whether a text is a credential, or holds one, by its shape alone. */
export const hasSecretShape = (text: string): boolean => shapeOf(text) !== undefined;

/** Capitals, small letters and digits without an order, not words with something between them. */
const isRandom = (text: string): boolean => {
  if (text.length < 32 || text.length > 512 || !/^[\w+/=~-]+$/.test(text)) return false;
  const isMixed = (part: string): boolean =>
    part.length >= 16 && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d.*\d/.test(part);
  return text.split(/[_/-]/).some(isMixed) && entropyOf(text) > 4.2;
};

/** Bits a character. */
const entropyOf = (text: string): number => {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
};

const TOLD = 5;

/** One sentence for a person: where, and what to do. undefined when there is nothing to tell. */
export const describeFindings = (findings: readonly SecretFinding[]): string | undefined => {
  if (findings.length === 0) return undefined;
  const told = findings
    .slice(0, TOLD)
    .map(({ row, column, looksLike }) => `row ${row}, column "${column}" (${looksLike})`);
  const more = findings.length > TOLD ? `, and ${findings.length - TOLD} more` : '';
  return `holds what looks like credentials in clear text: ${told.join('; ')}${more}; keep them in a connection instead`;
};
