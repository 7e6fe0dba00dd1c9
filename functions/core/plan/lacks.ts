/**
 * What keeps integrations from being activated, seen before anything is sent: connections without settings, and calls of what
 * is not there. Each cause once, with what hangs on it.
 */

import { LOCAL_CALLS } from '../archive/connection-template.ts';
import type { IntegrationId } from '../integration.ts';
import { type AddressedSettings, namesNoAddress } from './connection-address.ts';

/** An integration that is to be activated, or all of a project that are. */
export interface Activated {
  /** As people read it. */
  readonly id: string;
  readonly connections: readonly { readonly id: string; readonly type: string }[];
  readonly calls: readonly IntegrationId[];
}

export interface Outlook {
  /** Of a connection of the target; undefined when it does not have it. */
  readonly connectionStatus: (id: string) => string | undefined;
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

const whyUnready = (id: string, { connectionStatus, settings, instance }: Outlook): string | undefined => {
  const status = connectionStatus(id);
  if (status === 'CONFIGURED') return undefined;
  const own = Object.hasOwn(settings, id) ? settings[id] : undefined;
  const what = `connection ${id} is ${status === undefined ? `not on ${instance} yet` : `${status} on ${instance}`}`;
  if (!own) return `${what}, and the credentials document of ${instance} has no settings for it`;
  // One that is there is held against its own address when it is configured.
  if (status === undefined && namesNoAddress(own)) return `${what}, and its settings have secrets but no address`;
  return undefined;
};

const NAMED = 20;

/** "51 integrations …: A, B, and 49 more" */
export const hanging = (what: string, ids: readonly string[]): string => {
  const named = ids.slice(0, NAMED).join(', ');
  const more = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
  return `${ids.length} integration${ids.length === 1 ? '' : 's'} ${what}: ${named}${more}`;
};
