/**
 * The few facts wanted from the YAML that Oracle writes: single-line values by key. It is read line by line, for nothing
 * here needs more of YAML than that.
 */

const MAX_YAML_BYTES = 2 ** 22;
const LINE = /^( *)((?:- +)*)("?)([A-Za-z][\w.-]{0,80})\3 *:(?: +(.*))?$/;

interface YamlLine {
  readonly indent: number;
  readonly isItem: boolean;
  readonly key: string;
  readonly value: string;
}

const linesOf = (data: Buffer): string[] =>
  data
    .subarray(0, MAX_YAML_BYTES)
    .toString('utf8')
    .split(/\r\n?|\n/);

const readLine = (line: string): YamlLine | undefined => {
  const [, indent = '', dashes = '', , key, value = ''] = LINE.exec(line) ?? [];
  if (key === undefined) return undefined;
  return { indent: indent.length, isItem: dashes !== '', key, value: unquoted(value.trim()) };
};

const unquoted = (value: string): string => {
  if (value.startsWith("'") && value.endsWith("'") && value.length > 1) return value.slice(1, -1).replaceAll("''", "'");
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
};

/** The values of the document's own keys, or of those below its only one; what stands in lists is left out. */
export const readYamlFacts = (data: Buffer): ReadonlyMap<string, string> => {
  const lines = linesOf(data).flatMap((line) => readLine(line) ?? []);
  const outside = lines.filter(({ indent, isItem }) => indent === 0 && !isItem);
  const wraps = outside.length === 1 && outside[0]?.value === '';
  const depth = wraps ? (lines.find(({ indent }) => indent > 0)?.indent ?? 0) : 0;
  const facts = new Map<string, string>();
  for (const { indent, isItem, key, value } of lines) {
    if (indent === depth && !isItem && value !== '' && !facts.has(key)) facts.set(key, value);
  }
  return facts;
};

/** The lines without those of certain keys, sorted: what they say, in whichever order it was written. */
export const yamlMeaning = (data: Buffer, isVolatile: (key: string) => boolean): string =>
  linesOf(data)
    .filter((line) => line.trim() !== '' && !/^\s*(#|---)/.test(line))
    .filter((line) => !isVolatile(readLine(line)?.key ?? ''))
    .map((line) => line.trim().replace(/^(- +)+/, ''))
    .sort()
    .join('\n');
