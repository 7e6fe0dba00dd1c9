/**
 * Java's `.properties` format, as `java.util.Properties.load` reads it: ISO-8859-1 bytes, `#` and `!` comments, lines
 * continued by a backslash, `=`, `:` or blanks between key and value, `\uXXXX` and single-character escapes.
 */

const BLANKS = ' \t\f';

/** An odd number of backslashes at the end; counted by hand, as a pattern would search a hostile line from every start. */
const isContinued = (line: string): boolean => {
  let at = line.length;
  while (at > 0 && line[at - 1] === '\\') at--;
  return (line.length - at) % 2 === 1;
};

/** The lines with continuations joined, without comments and blank lines. */
const logicalLines = (text: string): string[] => {
  const lines: string[] = [];
  let parts: string[] = [];
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (parts.length === 0 && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const continued = isContinued(line);
    parts.push(continued ? line.slice(0, -1) : line);
    if (continued) continue;
    lines.push(parts.join(''));
    parts = [];
  }
  return parts.length === 0 ? lines : [...lines, parts.join('')];
};

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

const unescaped = (text: string): string =>
  text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S]?)/g, (_, code: string) =>
    code.length === 5 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (CONTROLS[code] ?? code),
  );

const endOfKey = (line: string): number => {
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (char === '\\') at++;
    else if (char === '=' || char === ':' || BLANKS.includes(char)) return at;
  }
  return line.length;
};

/** The keys with their values; of a key given twice the last one counts, as in Java. */
export const parseProperties = (bytes: Uint8Array): Map<string, string> => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return new Map(
    logicalLines(text).map((line): [string, string] => {
      const cut = endOfKey(line);
      const value = line.slice(cut).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
      return [unescaped(line.slice(0, cut)), unescaped(value)];
    }),
  );
};
