/** What Oracle's answers say of connections, checked by schema. Only what is told as it is comes out: no mask, no secret. */
import * as z from 'zod/mini';
import { type ConnectionProperty, isMask } from '../core/archive/connection-template.ts';
import { check, flag, isoTime, readDone, text, time } from './answers.ts';
import { parseJson } from './http/oracle-words.ts';
import type { Answer } from './http/request.ts';
import { isSecret } from './secret-values.ts';

const PROPERTY = z.looseObject({
  propertyName: z.string(),
  propertyType: text,
  requiredFlag: flag,
  hiddenFlag: flag,
  hasAttachment: flag,
  defaultPropertyValue: text,
  acceptableKeys: z.optional(z.nullable(z.array(z.unknown()))),
});
const PROPERTIES = z.optional(z.nullable(z.array(PROPERTY)));

const CONNECTION = z.looseObject({
  id: z.string().check(z.minLength(1)),
  name: text,
  status: text,
  // An object in both generations (recorded of OIC 3).
  adapterType: z.optional(z.nullable(z.union([z.string(), z.looseObject({ name: text })]))),
  role: text,
  securityPolicy: text,
  agentGroupId: text,
  agentRequired: flag,
  lockedFlag: flag,
  lockedBy: text,
  lastUpdated: time,
  lastUpdatedBy: text,
  connectionProperties: PROPERTIES,
  securityProperties: PROPERTIES,
});

/** What Oracle says of a connection, without the value of any secret. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  readonly status: string | undefined;
  readonly adapterType: string | undefined;
  readonly role: string | undefined;
  readonly securityPolicy: string | undefined;
  readonly agentGroupId: string | undefined;
  readonly agentRequired: boolean;
  /** Who has it open in the designer; empty when that is not told, undefined when nobody has. */
  readonly lockedBy: string | undefined;
  readonly lastUpdated: string | undefined;
  readonly lastUpdatedBy: string | undefined;
  /** undefined when the answer leaves them out, as a listing may. */
  readonly connectionProperties: readonly ConnectionProperty[] | undefined;
  readonly securityProperties: readonly ConnectionProperty[] | undefined;
}

export const toConnection = (value: unknown): Connection => {
  const item = check(CONNECTION, value);
  const { adapterType } = item;
  return {
    id: item.id,
    name: item.name ?? item.id,
    status: item.status ?? undefined,
    adapterType: (typeof adapterType === 'string' ? adapterType : adapterType?.name) || undefined,
    role: item.role ?? undefined,
    securityPolicy: item.securityPolicy ?? undefined,
    agentGroupId: item.agentGroupId || undefined,
    agentRequired: item.agentRequired ?? false,
    lockedBy: item.lockedFlag ? (item.lockedBy ?? '') : undefined,
    lastUpdated: isoTime(item.lastUpdated),
    lastUpdatedBy: item.lastUpdatedBy ?? undefined,
    connectionProperties: item.connectionProperties?.map((property) => toProperty(property, false)),
    securityProperties: item.securityProperties?.map((property) => toProperty(property, true)),
  };
};

/** Only what is told as it is leaves this place: no mask, no secret. */
const toProperty = (property: z.infer<typeof PROPERTY>, isSecurity: boolean): ConnectionProperty => {
  const { propertyName, propertyGroup, propertyValue, hasAttachment, acceptableKeys, defaultPropertyValue } = property;
  const { propertyType, requiredFlag, hiddenFlag } = property;
  const value = propertyText(propertyValue);
  const isTold = value !== undefined && !isMask(value) && !isSecret(propertyName, propertyType, isSecurity, value);
  return {
    propertyName,
    ...(typeof propertyGroup === 'string' && { propertyGroup }),
    ...(propertyType && { propertyType }),
    ...(isTold && { propertyValue: value }),
    ...(typeof requiredFlag === 'boolean' && { requiredFlag }),
    ...(typeof hiddenFlag === 'boolean' && { hiddenFlag }),
    ...(acceptableKeys && { acceptableKeys: acceptableKeys.flatMap(keyNameOf) }),
    ...(defaultPropertyValue && { defaultPropertyValue }),
    isSet: value !== undefined || hasAttachment === true,
  };
};

/** A port may come as a number, a choice as true or false. */
const propertyText = (value: unknown): string | undefined => {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
};

/** They are advice for whoever fills in a template; one that cannot be read is left out. */
const keyNameOf = (key: unknown): string[] => {
  const name = typeof key === 'object' && key !== null ? (key as { keyName?: unknown }).keyName : key;
  return typeof name === 'string' ? [name] : [];
};

const TEST_RESULT = z.looseObject({ status: text, details: text });

export const readTestResult = (answer: Answer): { status: string; details: string } => {
  readDone(answer);
  const result = check(TEST_RESULT, parseJson(answer.body.toString('utf8')) ?? {});
  return { status: result.status ?? 'SUCCESS', details: result.details ?? '' };
};
