/** Calls of an integration to another one of the same instance, as its .jca files tell them. */
import { readElements } from '../formats/xml.ts';
import { type IntegrationRef, integrationRef, isCode, isVersion } from '../integration.ts';

const LOCAL_CALL_ADAPTER = 'collocatedics';
export const INTRA_PROJECT = 'INTRA_PROJECT';

/** What a .jca file tells of a call to another integration of the same instance. */
export interface LocalCall {
  readonly code: string;
  /** Within a project it may be left to Oracle. */
  readonly version: string | undefined;
  /** `INTRA_PROJECT` within one; outside of projects it has none. */
  readonly context: string | undefined;
}

/** The local call a .jca file is for, if it is one. */
export const readLocalCall = (jca: Buffer): LocalCall | undefined => {
  if (!jca.includes(LOCAL_CALL_ADAPTER) && !jca.includes(INTRA_PROJECT)) return undefined;
  const elements = readElements(jca);
  const propertyOf = (name: string): string | undefined =>
    elements.find((element) => element.name === 'property' && element.attributes.name === name)?.attributes.value;
  const [code, version, context] = [
    propertyOf('integration_code') ?? '',
    propertyOf('integration_version') || undefined,
    propertyOf('integrationContext') || undefined,
  ];
  const isLocal = elements[0]?.attributes.adapter === LOCAL_CALL_ADAPTER || context === INTRA_PROJECT;
  return isLocal && isCode(code) ? { code, version, context } : undefined;
};

/** The integration a .jca file outside of projects calls on the same instance, if that is what it is for. */
export const readCall = (jca: Buffer): IntegrationRef | undefined => {
  const { code, version } = readLocalCall(jca) ?? {};
  return code !== undefined && version !== undefined && isVersion(version) ? integrationRef(code, version) : undefined;
};
