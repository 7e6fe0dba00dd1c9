/**
 * What becomes of a file by its key alone: which ones are deployed, and why the others are not. What is inside a file decides
 * what is deployed; its name only says which kind of item it claims to be.
 */
import { dropPrefix, instanceOfDrop, isPlainKey } from '../keys.ts';

/** @returns why it cannot be deployed to the instance; undefined when it may be */
export const refusalOfDrop = (key: string, instance: string): string | undefined => {
  if (instanceOfDrop(key) !== instance)
    return `${key} is not a drop for it; put .iar files under ${dropPrefix(instance)}`;
  if (!isPlainKey(key)) return oddKey(key, dropPrefix(instance));
  const ending = endingOf(key);
  return ending === '.iar' ? undefined : refusalOfEnding(ending, instance);
};

const oddKey = (key: string, prefix: string): string =>
  `a part of its key ${JSON.stringify(key)} is empty, "." or "..", or holds a NUL; put it under ${prefix} with a plain name`;

const endingOf = (key: string): string => /\.[^./]*$/.exec(key)?.[0].toLowerCase() ?? '';

const refusalOfEnding = (ending: string, instance: string): string => {
  const [what, instead] = OTHER_ARCHIVES[ending] ?? [];
  if (what === undefined || instead === undefined) {
    const is = ending === '' ? 'its name has no ending' : `${ending} is no ending of an archive of Oracle Integration`;
    return `${is}; what is deployed are .iar files, as Oracle exports an integration`;
  }
  return `it is ${what}, and drops are .iar files so far; ${instead.replace('INSTANCE', instance)}`;
};

/** By their endings: what they are, and what a person does with them meanwhile. */
const OTHER_ARCHIVES: Readonly<Record<string, readonly [string, string]>> = {
  '.car': ['a project', 'type `oic import INSTANCE --kind projects FILE`'],
  '.csv': ['a lookup', 'type `oic import INSTANCE --kind lookups FILE`'],
  '.jar': ['a library', 'type `oic import INSTANCE --kind libraries FILE`'],
  '.par': ['a package', 'import it in the console of INSTANCE, or drop the .iar files of its integrations'],
  '.zip': ['a collection of files', 'unpack it, and drop its .iar files one by one'],
};

/** Why a file was dropped for no instance. @param targets every instance there is, and whether it has `deploy` */
export const refusalOfStray = (key: string, targets: ReadonlyMap<string, boolean>): string => {
  const names = [...targets].filter(([, isTarget]) => isTarget).map(([name]) => dropPrefix(name));
  const instead =
    names.length === 0 ? 'no instance has `deploy` in the settings' : `put it under ${names.join(' or ')}`;
  const instance = instanceOfDrop(key);
  if (instance === undefined) return `${key} names no instance; ${instead}`;
  if (targets.get(instance) === false) {
    return `${instance} has no \`deploy\` in the settings, so it is only read; add it if this instance may be changed`;
  }
  return `there is no instance "${instance}" in the settings; ${instead}`;
};

/** Whether a key below `deploy/`, or in the root, is for none of the instances with `deploy`. */
export const isStray = (key: string, targets: ReadonlyMap<string, boolean>): boolean => {
  const instance = instanceOfDrop(key);
  return instance === undefined || targets.get(instance) !== true;
};
