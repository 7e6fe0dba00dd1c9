/**
 * What keeps integrations from being activated, seen before anything is sent: connections without settings, and calls of what
 * is not there. Each cause once, with what hangs on it.
 */

import { type ConnectionProperties, LOCAL_CALLS } from '../archive/connection-template.ts';
import type { IntegrationId } from '../integration.ts';
import { type AddressedSettings, missingAddresses, namesNoAddress } from './connection-address.ts';

/** An integration that is to be activated, or all of a project that are. */
export interface Activated {
  /** As people read it. */
  readonly id: string;
  readonly connections: readonly { readonly id: string; readonly type: string }[];
  readonly calls: readonly IntegrationId[];
}

export interface Outlook {
  /** Of the target, as it is before anything is sent; undefined when it does not have it. */
  readonly connection: (id: string) => ConnectionProperties | undefined;
  /** What the target's credentials document has for connections. */
  readonly settings: Readonly<Record<string, AddressedSettings>>;
  /** Whether what is called is there once everything was done. */
  readonly isThere: (id: IntegrationId) => boolean;
  /** The target's name. */
  readonly instance: string;
}

export interface Lack {
  readonly kind: 'connections' | 'integrations';
  readonly id: string;
  readonly message: string;
  readonly dependents: readonly string[];
}

export const findLacks = (activated: readonly Activated[], outlook: Outlook): Lack[] => {
  const causes = activated.flatMap(({ id: dependent, connections, calls }) => [
    ...connections.flatMap(({ id, type }) => {
      const why = type === LOCAL_CALLS ? undefined : whyUnready(id, outlook);
      return why === undefined ? [] : [{ kind: 'connections' as const, id, why, dependent }];
    }),
    ...calls.flatMap((id) => {
      const why = `${id} is called and not on ${outlook.instance}: put it there first`;
      return outlook.isThere(id) ? [] : [{ kind: 'integrations' as const, id, why, dependent }];
    }),
  ]);
  return [...Map.groupBy(causes, ({ kind, id }) => `${kind} ${id}`).values()].flatMap((of) => {
    const [first] = of;
    if (!first) return [];
    const dependents = [...new Set(of.map(({ dependent }) => dependent))];
    const message = `${first.why}; ${hanging('cannot be activated without it', dependents)}`;
    return [{ kind: first.kind, id: first.id, message, dependents }];
  });
};

const whyUnready = (id: string, { connection, settings, instance }: Outlook): string | undefined => {
  const there = connection(id);
  const status = there?.status;
  if (status === 'CONFIGURED') return undefined;
  const own = Object.hasOwn(settings, id) ? settings[id] : undefined;
  const what = `connection ${id} is ${there ? `${status} on ${instance}` : `not on ${instance} yet`}`;
  if (!own) return `${what}, and the credentials document of ${instance} has no settings for it`;
  const addresses = there ? missingAddresses(there, own) : [];
  if (addresses.length === 0 && (there || !namesNoAddress(own))) return undefined;
  return `${what}, and its settings have secrets but no address${there ? `: add ${addresses.join(', ')}` : ''}`;
};

const NAMED = 20;

/** "51 integrations …: A, B, and 49 more" */
export const hanging = (what: string, ids: readonly string[]): string => {
  const named = ids.slice(0, NAMED).join(', ');
  const more = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
  return `${ids.length} integration${ids.length === 1 ? '' : 's'} ${what}: ${named}${more}`;
};
