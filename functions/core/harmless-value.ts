/**
 * Which values of connections may be told: those of a shape that is known to hold no secret. Whatever else somebody has put
 * there is not told, also where nothing about it looks like one. Each pattern takes time in proportion to the value.
 */
import { hasSecretShape } from './secret-scan.ts';

/** Of a property; `OAuth token URL`, `keystore` and `keyword` are none. */
const SECRET_NAME =
  /pass|pwd|secret|private|key(?!word|store)|signature|assertion|authori[sz]ation(?!.*ur[il])|credential|cookie|token(?!.*ur[il])/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** Longer ones are nobody's address. */
const MAX_LENGTH = 500;

/** @param name of the property */
export const isHarmless = (name: string, value: string): boolean => {
  if (value.length > MAX_LENGTH || isSecretName(name) || hasSecretShape(value)) return false;
  if (PERSON.test(name)) return IDENTIFIER.test(value);
  return value.split(/ ?[,;] ?/).every((part) => isPlain(part) || (NAME.test(name) && SERVICE.test(part)));
};

const PERSON = /user|client.?id|scope|e-?mail/i;
/** A user name, a client id, an address of a mailbox, a scope. */
const IDENTIFIER = /^(?:https?:\/\/[\w.-]+(?::\d{1,5})?)?[\w.@+:/ -]*$/;
/** Of names, and not of secrets. */
const NAME = /sid|service|host|database|schema|instance|region|bucket|queue|topic|table|alias|server/i;
const SERVICE = /^[a-z][\w$#-]{0,40}$/i;

const isPlain = (value: string): boolean =>
  NUMBER.test(value) ||
  WORDS.test(value) ||
  HOST.test(value) ||
  isCleanUrl(value) ||
  isCleanPath(value) ||
  JDBC.test(value) ||
  isDescriptor(value);

const NUMBER = /^-?\d{0,10}(?:\.\d{1,6})?$/;
/** Letters; digits only where a version or a format has them: `TLSv1.2`, `BASIC_AUTH`, `UTF-8`. */
const WORDS = /^[a-z]{1,40}(?:[ _.-][a-z]{1,40}|[ _.-]\d{1,4}|v\d{1,2})*$/i;
const HOST_NAME = '(?:[a-z0-9](?:[a-z0-9-]{0,62})(?:\\.[a-z0-9][a-z0-9-]{0,62}){1,10}|localhost|\\[[0-9a-f:]{2,40}\\])';
const HOST = new RegExp(`^${HOST_NAME}(?::\\d{1,5})?$`, 'i');
/** Of Oracle's and Microsoft's drivers, without user, password and properties. */
const JDBC = new RegExp(`^jdbc:[a-z]{2,20}(?::thin)?:(?:@|//|@//)${HOST_NAME}(?::\\d{1,5})?[:/]?[\\w.$-]{0,60}$`, 'i');

/** Scheme, host, port, and a path without a key in it. */
const isCleanUrl = (value: string): boolean => {
  const [, rest = ''] =
    /^(?:https?|wss?|ldaps?|sftp|ftps?|tcps?|jms|file|mailto|smtps?):\/\/([\x21-\x7e]*)$/i.exec(value) ?? [];
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const [path = '', query = ''] = (slash < 0 ? '' : rest.slice(slash)).split('?', 2);
  return (HOST.test(host) || SERVICE_HOST.test(host)) && isCleanPath(path) && /^(?:(?:single)?wsdl)?$/i.test(query);
};
/** A host without a domain, such as one of a network of containers. */
const SERVICE_HOST = /^[a-z][a-z0-9-]{0,40}(?::\d{1,5})?$/i;

const isCleanPath = (path: string): boolean =>
  path === '' || (path.startsWith('/') && path.split('/').every((segment) => SEGMENT.test(segment) && !isKey(segment)));
const SEGMENT = /^[\w.~ -]{0,80}$/;

/** Many letters and digits in no order, or digits of a hash: web hooks have their key there. */
const isKey = (segment: string): boolean =>
  segment.split(/[._~ -]/).some((part) => {
    const turns = part.match(/[a-z]\d|\d[a-z]|[a-z][A-Z](?=[A-Z\d])/g)?.length ?? 0;
    return turns > 2 || (part.length >= 16 && /\d/.test(part)) || part.length >= 32;
  });

/** `(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=db.example.com)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=orders)))` */
const isDescriptor = (value: string): boolean =>
  value.startsWith('(') &&
  value
    .split(/[()]+/)
    .filter((part) => part.trim() !== '')
    .every((part) => DESCRIBED.test(part.trim()));
const DESCRIBED =
  /^(?:description(?:_list)?|address(?:_list)?|connect_data|security|load_balance|failover|protocol|host|port|sid|service_name|server|retry_count|retry_delay|connect_timeout|ssl_server_dn_match)\s{0,3}=\s{0,3}[\w.-]{0,100}$/i;
