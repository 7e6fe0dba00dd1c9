/**
 * The designer's `expr.properties`: no Java properties but lines of `Key : value`, with an expression as people see it
 * (TextExpression), as it runs (XpathExpression), and what its prefixes stand for (NamespaceList).
 */
import { type Prefixes, renamePrefixes } from '../formats/namespace-prefixes.ts';

export interface Expression {
  /** The step's or the variable's name; empty when it has none. */
  readonly name: string;
  readonly text: string;
}

/** The file's fields as they are written; undefined when the text is no such file. */
export const expressionFields = (content: string): ReadonlyMap<string, string> | undefined => {
  const fields = new Map<string, string>();
  let last: string | undefined;
  const lines = content.replace(/^(?:#.*\r?\n)+/, '').replace(/\r?\n$/, '');
  for (const line of lines.split(/\r?\n/)) {
    const [, key, value] = /^([A-Z]\w*) : ?(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) {
      last = key;
      fields.set(key, value);
    } else if (last !== undefined) {
      fields.set(last, `${fields.get(last)}\n${line}`);
    } else return undefined;
  }
  return fields.has('TextExpression') || fields.has('XpathExpression') ? fields : undefined;
};

/** undefined when the text is no such file. */
const readFields = (content: string, prefixes: Prefixes): Map<string, string> | undefined => {
  const fields = expressionFields(content);
  if (!fields) return undefined;
  const declared = new Map(
    (fields.get('NamespaceList') ?? '').split(/\s+/).map((pair): [string, string] => {
      const cut = pair.indexOf('=');
      return [pair.slice(0, Math.max(cut, 0)), pair.slice(cut + 1)];
    }),
  );
  const renamed = (value: string): string => renamePrefixes(value, (prefix) => declared.get(prefix), prefixes);
  const told = [...fields].filter(([key]) => key !== 'NamespaceList');
  return new Map(told.map(([key, value]) => [key, renamed(value)]));
};

/** The file by meaning, a line for each line. */
export const expressionLines = (content: string, prefixes: Prefixes): string[] | undefined => {
  const fields = readFields(content, prefixes);
  return fields && [...fields].flatMap(([key, value]) => `${key} : ${value}`.split('\n'));
};

/** What runs, or what people see when that is missing. */
export const readExpression = (content: string, prefixes: Prefixes): Expression | undefined => {
  const fields = readFields(content, prefixes);
  return (
    fields && {
      name: fields.get('ExpressionName') || fields.get('VariableName') || '',
      text: fields.get('XpathExpression') || fields.get('TextExpression') || '',
    }
  );
};
