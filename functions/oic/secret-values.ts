/** Which values of Oracle's answers are not passed on, for they are secrets or look like one. */
import { isHarmless, isSecretName } from '../core/harmless-value.ts';
import { redact, secretsOfUrl } from '../core/redaction.ts';
import { hasSecretShape } from '../core/secret-scan.ts';

/** The types of security properties that were seen in clear: user names, client ids, addresses of token endpoints. */
const CLEAR_TYPES = ['STRING', 'URL', 'CHOICE'];

/**
 * Of a property of a connection: whether it is anything but what is known to be harmless. Of security properties also what is
 * of a type never seen in clear. A choice is known to all.
 */
export const isSecret = (
  name: string,
  type: string | null | undefined,
  isSecurity: boolean,
  value: string,
): boolean => {
  if (type === 'CHOICE') return false;
  if (isSecurity && !CLEAR_TYPES.includes(type ?? '')) return true;
  return /password|secret/i.test(type ?? '') || !isHarmless(name, value) || redact(value) !== value;
};

/** Of what people write themselves and want to have again, such as a parameter of a schedule: by its name, shape or use. */
export const looksSecret = (name: string, value: string): boolean =>
  isSecretName(name) || hasSecretShape(value) || redact(value) !== value;

/** Fields of a credentials document that people may read; whatever else it has is a secret. */
const CLEAR_FIELDS: ReadonlySet<string> = new Set([
  'tokenUrl',
  'clientId',
  'scope',
  'username',
  'keyId',
  'securityPolicy',
  'agentGroupId',
  'propertyName',
  'propertyGroup',
  'propertyType',
  'requiredFlag',
  'acceptableKeys',
  'file',
]);
const CLEAR_NAME = /user|client_?id|scope|ur[il]\b/i;

/** Every secret in a credentials document, also in one that is not as it should be. */
export const secretsOf = (document: unknown, isSecurity = false): string[] => {
  if (Array.isArray(document)) return document.flatMap((inner) => secretsOf(inner, isSecurity));
  if (typeof document !== 'object' || document === null) return [];
  const { propertyName, propertyType, propertyValue } = document as Readonly<Record<string, unknown>>;
  if (typeof propertyName === 'string' && typeof propertyValue === 'string') {
    const type = typeof propertyType === 'string' ? propertyType : CLEAR_NAME.test(propertyName) ? 'STRING' : null;
    return isSecret(propertyName, type, isSecurity, propertyValue)
      ? [propertyValue, ...secretsOfUrl(propertyValue)]
      : [];
  }
  return Object.entries(document).flatMap(([name, value]) => {
    if (CLEAR_FIELDS.has(name)) return [];
    return typeof value === 'string' ? [value] : secretsOf(value, isSecurity || name === 'securityProperties');
  });
};
