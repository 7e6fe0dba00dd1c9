/** What a processor does, in a line: from its element in the definition, and from its own files. */
import { expressionFields } from '../archive/expression.ts';
import { readElements, type XmlNode } from '../formats/xml.ts';
import { childOf, propertyOf, textOf } from './definition.ts';
import { listed, type StepKind, withoutLiterals } from './words.ts';

/** A file of an application or processor. */
export interface Resource {
  /** Below the element's folder. */
  readonly path: string;
  readonly data: Buffer;
}

const MAX_EXPRESSION_BYTES = 2 ** 16;

const EXPRESSION = 'expr.properties';
/** Of a throw: when it holds, nothing is thrown. */
const SKIP_CONDITION = 'PRECONDITIONexpr.properties';

const isCalled = ({ path }: Resource, name: string): boolean => path === name || path.endsWith(`/${name}`);

/** As people see it. Of the files called so, some hold something else; then there are no fields. */
export const expressionOf = ({ data }: Resource): ReadonlyMap<string, string> =>
  (data.length <= MAX_EXPRESSION_BYTES && expressionFields(data.toString('utf8'))) || new Map();

const firstExpression = (files: readonly Resource[]): ReadonlyMap<string, string> => {
  const file = files.find((each) => isCalled(each, EXPRESSION)) ?? files.find(({ path }) => path.endsWith(EXPRESSION));
  return file ? expressionOf(file) : new Map();
};

const conditionOf = (fields: ReadonlyMap<string, string>): string =>
  withoutLiterals(fields.get('TextExpression') || fields.get('XpathExpression') || '');

/** The variables an assignment sets. */
export const variablesOf = (files: readonly Resource[]): string[] => [
  ...new Set(
    files
      .filter(({ path }) => path.endsWith(EXPRESSION))
      .flatMap((file) => expressionOf(file).get('VariableName') || []),
  ),
];

export const setting = (variables: readonly string[]): string =>
  variables.length > 0 ? `sets ${listed([...new Set(variables)])}` : '';

/** On what a throw is skipped; empty when it never is. */
export const skipConditionOf = (files: readonly Resource[]): string => {
  const file = files.find((each) => isCalled(each, SKIP_CONDITION));
  return file ? conditionOf(expressionOf(file)) : '';
};

type Facts = (element: XmlNode, files: readonly Resource[]) => string;

/** Empty when there is nothing to tell. */
export const factsOf = (kind: StepKind, element: XmlNode, files: readonly Resource[]): string =>
  FACTS[kind]?.(element, files) ?? '';

const loopFacts: Facts = (_, files) => {
  const fields = firstExpression(files);
  const [over, one] = [conditionOf(fields), fields.get('VariableName') ?? ''];
  return over && one ? `${over} as ${one}` : over;
};

const UNITS = ['hours', 'minutes', 'seconds'] as const;
const ISO_DURATION = /\bP(?:\d+D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?\b/;

/** Gen 2 has the numbers in the definition, OIC 3 in a file: a duration, an expression, or the numbers by name. */
const waitFacts: Facts = (element, files) => {
  const file = files.find((each) => isCalled(each, EXPRESSION));
  const text = file && file.data.length <= MAX_EXPRESSION_BYTES ? file.data.toString('utf8') : '';
  const inIso = ISO_DURATION.exec(text) ?? [];
  const told = UNITS.map((unit, index) => {
    const byName = new RegExp(`\\b${unit}"?\\s{0,9}[:=]\\s{0,9}"?(\\d+)`, 'i').exec(text)?.[1];
    return [Number(propertyOf(element, unit) || byName || inIso[index + 1] || 0), unit] as const;
  });
  const parts = told.filter(([value]) => value > 0);
  if (parts.length === 0) return conditionOf(file ? expressionOf(file) : new Map());
  return parts.map(([value, unit]) => `${value} ${value === 1 ? unit.slice(0, -1) : unit}`).join(' ');
};

/** As the designer offers them. */
const FILE_OPERATIONS: readonly (readonly [begins: RegExp, words: string])[] = [
  [/^write/i, 'Write file'],
  [/^read/i, 'Read file'],
  [/^zip/i, 'Zip files'],
  [/^unzip/i, 'Unzip file'],
  [/^list/i, 'List files'],
  [/^encrypt/i, 'Encrypt file'],
  [/^decrypt/i, 'Decrypt file'],
];

const fileFacts: Facts = (element, files) => {
  const jca = files.find(({ path }) => path.endsWith('.jca'));
  const told = propertyOf(element, 'operation') || textOf(element, 'operation');
  const operation = told || (jca ? endpointOperation(jca.data) : '');
  return FILE_OPERATIONS.find(([begins]) => begins.test(operation))?.[1] ?? operation;
};

const endpointOperation = (jca: Buffer): string =>
  readElements(jca).find(({ name }) => name === 'endpoint-interaction')?.attributes.operation ?? '';

const FACTS: Partial<Record<StepKind, Facts>> = {
  assign: (_, files) => setting(variablesOf(files)),
  decision: (element) => {
    const routes = element.children.filter(({ name }) => name === 'output').length;
    return routes > 0 ? `${routes} route${routes === 1 ? '' : 's'}` : '';
  },
  loop: loopFacts,
  wait: waitFacts,
  file: fileFacts,
  failure: (_, files) => {
    const condition = skipConditionOf(files);
    return condition && `skipped if ${condition}`;
  },
  script: (element) => propertyOf(element, 'operation').split('/').slice(-2).join(' '),
  track: (element) =>
    (childOf(element, 'trackingVariableGroup')?.children ?? [])
      .map((variable) => textOf(variable, 'name'))
      // The designer fills the unused ones with these.
      .filter((name) => name !== '' && !/^tracking_var_\d+$/.test(name))
      .join(', '),
};
