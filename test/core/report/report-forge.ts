/** The report about nights as `forgeNights` makes them, with everything in it that comes from archives made up. */

import { mapSnapshot } from '../../../functions/core/picture/snapshot-map.ts';
import { createHistory } from '../../../functions/core/report/history.ts';
import { type ReportContent, renderReport } from '../../../functions/core/report/page.ts';
import type { Manifest } from '../../../functions/core/snapshot/manifest.ts';
import { ALL_KINDS } from '../../../functions/kinds/all-kinds.ts';

/** @param nights oldest first, at least one */
export const renderNights = (nights: readonly Manifest[], content: Partial<ReportContent> = {}): string => {
  const builder = createHistory(ALL_KINDS);
  for (const night of nights) builder.add(night);
  const history = builder.history();
  const { newest: manifest } = history;
  if (!manifest) throw new Error('a report needs a night');
  const surrounded = manifest.integrations.map(({ id, name }, index) => ({
    id,
    name,
    connections: [{ id: `CON_${index % 7}`, name: `Connection ${index % 7}`, type: 'rest' }],
    calls: index % 9 === 0 ? [manifest.integrations[index % 4]?.id ?? id] : [],
  }));
  return renderReport({
    manifest,
    kinds: ALL_KINDS,
    history,
    olderSnapshots: 0,
    map: mapSnapshot(surrounded),
    notMapped: 0,
    changePictures: { pictures: new Map(), undrawn: 0 },
    linkTo: () => undefined,
    people: {},
    problems: [],
    writtenAt: new Date('2026-11-24T05:00:00Z'),
    ...content,
  });
};
