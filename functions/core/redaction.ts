/**
 * The one gate for secrets. Whoever reads one says so (`hideSecrets`), and what leaves this process as text goes through
 * `redact`, which takes out every form of each: as it is, in base64 and hex, and as URLs, forms, JSON and XML write any of
 * these. One memory for the whole process: a proxy in front of one instance may echo what was meant for another.
 */

const HIDDEN = '***';

/** In characters. A shorter one is not looked for: it would blank half of all words. */
const SHORTEST = 6;
/** Tokens follow each other for as long as a process runs; older ones have long expired. */
const MAX_PASSING = 50;

/** Of a key that lies on many lines each line counts: a library may quote one. */
const MIN_LINE = 16;

const lasting = new Map<string, readonly string[]>();
const passing = new Map<string, readonly string[]>();
/** Of two that begin alike the longer one holds the other, so it comes first. What two secrets share is there twice. */
const byStart = new Map<number, string[]>();
const mayStart = new Uint8Array(1 << 16);

/** Texts that nobody outside may see, from now on. @param howLong `passing`: tokens, of which only the newest are kept */
export const hideSecrets = (secrets: Iterable<string>, howLong: 'lasting' | 'passing' = 'lasting'): void => {
  const memory = howLong === 'lasting' ? lasting : passing;
  for (const secret of secrets) {
    if (secret.trim().length < SHORTEST || lasting.has(secret) || memory.has(secret)) continue;
    const forms = formsOf(secret);
    memory.set(secret, forms);
    forms.forEach(lookFor);
  }
  for (const [oldest, forms] of passing) {
    if (passing.size <= MAX_PASSING) break;
    passing.delete(oldest);
    forms.forEach(forget);
  }
};

const lookFor = (form: string): void => {
  const start = startAt(form, 0);
  const others = byStart.get(start) ?? [];
  const shorter = others.findIndex(({ length }) => length < form.length);
  others.splice(shorter < 0 ? others.length : shorter, 0, form);
  byStart.set(start, others);
  mayStart[start] = 1;
};

const forget = (form: string): void => {
  const start = startAt(form, 0);
  const others = byStart.get(start) ?? [];
  others.splice(others.indexOf(form), 1);
  if (others.length > 0) return;
  byStart.delete(start);
  mayStart[start] = 0;
};

/** The same text without any secret. Takes time in proportion to the text, however many secrets there are. */
export const redact = (text: string): string => {
  let clean = '';
  let from = 0;
  for (const { at, form } of formsIn(text)) {
    clean += `${text.slice(from, at)}${HIDDEN}`;
    from = at + form.length;
  }
  return from === 0 ? text : clean + text.slice(from);
};

/** Whether it holds a secret that is so long, or of such signs, that no name of an item holds it by accident. */
export const betrays = (name: string): boolean =>
  [...formsIn(name)].some(({ form }) => form.length >= 16 || /[^\w.-]/.test(form));

function* formsIn(text: string): Generator<{ readonly at: number; readonly form: string }> {
  for (let at = 0; byStart.size > 0 && at + SHORTEST <= text.length; ) {
    const start = startAt(text, at);
    const form = mayStart[start] === 1 ? byStart.get(start)?.find((one) => text.startsWith(one, at)) : undefined;
    if (form !== undefined) yield { at, form };
    at += form?.length ?? 1;
  }
}

/**
 * By these an item is found again, or put back as it was: they are nobody's words. An item whose id betrays a secret was not
 * taken from the instance to begin with.
 */
const FACTS: ReadonlySet<string> = new Set([
  'id',
  'code',
  'version',
  'key',
  'versionId',
  'removed',
  'handedOn',
  'parameters',
]);

/** A document as JSON has it, with every text of it redacted that is there for people. */
export const redactDocument = <T>(document: T, kept: ReadonlySet<string> = FACTS): T => {
  const redactValue = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (Array.isArray(value)) return value.map(redactValue);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries('toJSON' in value ? (JSON.parse(JSON.stringify(value)) as object) : value);
    return Object.fromEntries(
      entries.map(([name, inner]) => [redact(name), kept.has(name) ? inner : redactValue(inner)]),
    );
  };
  return byStart.size === 0 ? document : (redactValue(document) as T);
};

/** The same error with its words redacted, and those of what caused it: also what a library wrote, and its stack. */
export const redactError = <T>(error: T, depth = 0): T => {
  if (!(error instanceof Error) || depth > 8) return error;
  const { message, stack } = error;
  const [clean, cleanStack] = [redact(message), stack === undefined ? undefined : redact(stack)];
  if (clean !== message) Object.defineProperty(error, 'message', { value: clean, configurable: true, writable: true });
  if (cleanStack !== stack)
    Object.defineProperty(error, 'stack', { value: cleanStack, configurable: true, writable: true });
  if (error instanceof AggregateError) for (const inner of error.errors) redactError(inner, depth + 1);
  redactError(error.cause, depth + 1);
  return error;
};

/** What is secret in the address of a store, a proxy or a web hook: the password, and the values of its query. */
export const secretsOfUrl = (text: string): string[] => {
  const url = URL.parse(text);
  if (!url) return [];
  const password = url.password;
  return [password, decoded(password), ...url.searchParams.values()].filter((secret) => secret !== '');
};

/** Those of AWS, and what is secret in addresses such as that of a proxy. */
export const secretsOfEnvironment = (env: Readonly<Record<string, string | undefined>>): string[] => {
  const { AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = env;
  return [AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...Object.values(env).flatMap((value = '') => secretsOfUrl(value))];
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Of the first four characters. */
const startAt = (text: string, at: number): number => {
  let start = 0;
  for (let sign = at; sign < at + 4; sign += 1) start = start * 31 + text.charCodeAt(sign);
  return start & 0xffff;
};

/** Every form of it that is long enough to be known by. */
const formsOf = (secret: string): string[] => {
  const folded = secret.replace(/\s+/g, ' ').trim();
  const lines = secret.split(/\s*\n\s*/).filter((line) => line.length >= MIN_LINE && !line.startsWith('-----'));
  const written = [secret, secret.trim(), folded, ...lines].flatMap(escapesOf);
  const packed = [...new Set(written)].flatMap((text) => [...base64Of(text), ...hexOf(text)]);
  return [...new Set([...written, ...packed.flatMap(escapesOf)])].filter((form) => form.length >= SHORTEST);
};

/** As others write it who have signs of their own. */
const escapesOf = (text: string): string[] => {
  if (/^[\w.-]*$/.test(text)) return [text];
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const url = encodeURIComponent(text.toWellFormed());
  const strict = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  const percents = [url, strict, form].flatMap((one) => [one, one.replace(/%../g, (code) => code.toLowerCase())]);
  const jsons = [json, json.replaceAll('/', '\\/'), ascii, JSON.stringify(json).slice(1, -1)];
  return [...new Set([text, ...jsons, ...percents, ...XML_SIGNS.map((signs) => withSigns(text, signs))])];
};

/** Text and attributes; which of these a writer escapes, and how, is its own choice. */
const XML_SIGNS: readonly Readonly<Record<string, string>>[] = [
  { '&': '&amp;', '<': '&lt;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' },
  { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' },
];

const withSigns = (text: string, signs: Readonly<Record<string, string>>): string =>
  text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);

/** Wherever it stands in what was packed, such as behind `id:`: what its neighbours have no part in. */
const base64Of = (text: string): string[] =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const inner = (code: string): string => code.slice([0, 2, 3][before], bytes.length % 3 === 0 ? undefined : -1);
    const codes = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
    return [...codes.map(inner), ...(before === 0 ? [...codes, bytes.toString('base64')] : [])];
  });

const hexOf = (text: string): string[] => {
  const hex = Buffer.from(text).toString('hex');
  return [hex, hex.toUpperCase()];
};
