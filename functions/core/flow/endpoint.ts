/** What an adapter is told to do, by its .jca file: verb and path of REST, else the name of the operation. */
import { readElements } from '../formats/xml.ts';
import { isHarmless } from '../harmless-value.ts';

/** Adapters call their one operation so where nobody chose it. */
const ALWAYS_SO = new Set(['', 'execute', 'receive', 'process']);

/** Empty when it does not say. */
export const operationOf = (jca: Buffer): string => {
  const elements = readElements(jca);
  const propertyOf = (wanted: string): string =>
    elements.find(({ name, attributes }) => name === 'property' && attributes.name === wanted)?.attributes.value ?? '';
  const [verb, uri] = [propertyOf('HttpVerb'), propertyOf('ResourceURI')];
  if (verb || uri) return [verb, tellable(uri)].filter(Boolean).join(' ');
  const endpoint = elements.find(({ name }) => name === 'endpoint-interaction' || name === 'endpoint-activation');
  const operation = endpoint?.attributes.operation || propertyOf('targetOperation');
  return ALWAYS_SO.has(operation) ? '' : operation;
};

/** A webhook may carry its key in the path or the query. */
const tellable = (uri: string): string =>
  uri
    .replace(/[?#].*$/s, '')
    .split('/')
    .map((segment) => (/^\{[\w.-]{1,60}\}$/.test(segment) || isHarmless('', `/${segment}`) ? segment : '…'))
    .join('/');
