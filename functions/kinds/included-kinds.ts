/** Which kinds are meant: by the settings, or by who asks. */
import type { IncludedKinds, OtherKind } from '../core/kinds.ts';
import { ALL_KINDS } from './all-kinds.ts';

/** One value for each of them. */
export const ofEachKind = <T>(make: (kind: OtherKind) => T): Readonly<Record<OtherKind, T>> =>
  Object.fromEntries(ALL_KINDS.map(({ name }) => [name, make(name)])) as Record<OtherKind, T>;

/** Only these of them. */
export const onlyKinds = (isWanted: (kind: OtherKind) => boolean): IncludedKinds => ofEachKind(isWanted);

/** What Gen 2 does not have is not asked for there, whatever the settings say. */
export const includedKinds = (include: IncludedKinds, integrationInstance: string | undefined): IncludedKinds => {
  const absent = integrationInstance === undefined ? ALL_KINDS.filter(({ isOic3Only }) => isOic3Only) : [];
  return onlyKinds((name) => include[name] && !absent.some((kind) => kind.name === name));
};
