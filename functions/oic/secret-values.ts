/** Which values of Oracle's answers are not passed on, for they are secrets or look like one. */
import { hasSecretShape } from '../core/archive/secret-scan.ts';

/** The types of security properties that were seen in clear: user names, client ids, addresses of token endpoints. */
const CLEAR_TYPES = ['STRING', 'URL', 'CHOICE'];
const SECRET_NAME =
  /pass|pwd|secret|private|key(?!word|store)|signature|assertion|authorization|credential|token(?!.*ur[il])/i;

/** By type, name and shape; of security properties also what is of a type never seen in clear. A choice is known to all. */
export const isSecret = (
  name: string,
  type: string | null | undefined,
  isSecurity: boolean,
  value: string,
): boolean => {
  if (type === 'CHOICE') return false;
  if (isSecurity && !CLEAR_TYPES.includes(type ?? '')) return true;
  return SECRET_NAME.test(name) || /password|secret/i.test(type ?? '') || hasSecretShape(value);
};
