/** What changed since the snapshot before, by whom, with the flow before and after; and what failed, in words. */
import type { ChangedIntegration, SnapshotDiff } from '../diff/diff-snapshots.ts';
import type { KindFacts } from '../kinds.ts';
import { type Markup, markup, ready } from '../markup.ts';
import { type People, personName } from '../people.ts';
import type { Change } from '../picture/picture.ts';
import { CHANGE_SIGNS } from '../picture/style.ts';
import type { Manifest } from '../snapshot/manifest.ts';
import { changeWords, formatCount, formatNumber, formatStatus, timeMarkup } from './words.ts';

export interface ChangePicture {
  /** Ready to stand in the page. */
  readonly svg: string;
  /** The same in words. */
  readonly description: string;
}

export interface ChangePictures {
  /** By id of the integration. */
  readonly pictures: ReadonlyMap<string, ChangePicture>;
  /** How many flows have changed beside those. */
  readonly undrawn: number;
}

export const renderChanges = (
  changes: SnapshotDiff | undefined,
  before: Manifest | undefined,
  { pictures, undrawn }: ChangePictures,
  people: People,
): Markup => {
  if (!changes || !before) {
    return markup`<section aria-labelledby="changes"><h2 id="changes">Changes</h2><p class="card quiet">This is the first snapshot: there is nothing to compare it with yet.</p></section>`;
  }
  const { added, removed, changed, contentUnknown, leftOut } = changes;
  const groups = [
    renderGroup(
      'added',
      'Added',
      added.map((each) => ({
        ...each,
        words: [formatStatus(each.status), ...(each.schedule ? [`schedule ${each.schedule}`] : [])],
      })),
      pictures,
      people,
    ),
    renderGroup(
      'removed',
      'Removed',
      removed.map((each) => ({ ...each, words: [`was ${formatStatus(each.status).toLowerCase()}`] })),
      pictures,
      people,
    ),
    renderGroup(
      'changed',
      'Changed',
      changed.map((each) => ({ ...each, words: changeWords(each) })),
      pictures,
      people,
    ),
  ];
  const isQuiet = added.length + removed.length + changed.length === 0;
  return markup`<section aria-labelledby="changes"><h2 id="changes">Changes</h2>
<p class="hint">Since the snapshot of ${timeMarkup(before.startedAt)} UTC; ${formatCount(changes.unchanged, 'integration')} stayed the same</p>
${isQuiet && ready('<p class="card quiet">Nothing changed.</p>')}${undrawn > 0 && markup`<p class="hint">The flows of ${formatNumber(undrawn)} of them are not drawn here. <code>oic show INSTANCE CODE/VERSION --picture --vault VAULT</code> draws one.</p>`}${groups}${contentUnknown.length > 0 && markup`<p class="hint">The content of ${formatCount(contentUnknown.length, 'integration')} could not be compared: ${listed(contentUnknown.map(({ id }) => id))}.</p>`}${leftOut.length > 0 && markup`<p class="hint">Not compared, since the settings leave them out of one of the snapshots: ${formatCount(leftOut.length, 'integration')}.</p>`}</section>`;
};

type Item = Pick<ChangedIntegration, 'id' | 'name' | 'lastUpdated' | 'lastUpdatedBy'> & {
  readonly words: readonly string[];
};

/** More than these are folded. */
const UNFOLDED = 30;

const renderGroup = (
  change: Change,
  title: string,
  items: readonly Item[],
  pictures: ChangePictures['pictures'],
  people: People,
): Markup => {
  if (items.length === 0) return ready('');
  const render = (item: Item): Markup => renderItem(change, item, pictures.get(item.id), people);
  const [shown, folded] = [items.slice(0, UNFOLDED), items.slice(UNFOLDED)];
  return markup`<h3>${title} <span class="count">${formatNumber(items.length)}</span></h3>
<ul class="card items">${shown.map(render)}</ul>${folded.length > 0 && markup`<details><summary>${formatNumber(folded.length)} more</summary><ul class="card items">${folded.map(render)}</ul></details>`}`;
};

const ALERT = 'M0-4v5M0 4v.1';

const signMarkup = (path: string): Markup =>
  ready(`<svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true"><circle r="8"/><path d="${path}"/></svg>`);

const renderItem = (
  change: Change,
  { id, name, words, lastUpdated, lastUpdatedBy }: Item,
  picture: ChangePicture | undefined,
  people: People,
): Markup => {
  const who = [
    lastUpdatedBy !== undefined && markup`by ${personName(lastUpdatedBy, people)}`,
    lastUpdated !== undefined && timeMarkup(lastUpdated),
  ].filter((part) => part !== false);
  const by =
    who.length > 0 &&
    change !== 'removed' &&
    markup`<span class="by">${who[0]}${who.length > 1 && ready(', ')}${who[1]}</span>`;
  return markup`<li class="${change}">${signMarkup(CHANGE_SIGNS[change])}<div><b>${name}</b> <code>${id}</code><br><span class="what">${words.join(' · ')}</span>${by}${
    picture !== undefined &&
    renderPicture({
      label: `The flow of ${name}`,
      summary: change === 'changed' ? 'What changed in the flow' : 'The flow',
      ...picture,
    })
  }</div></li>`;
};

interface LabelledPicture extends ChangePicture {
  readonly label: string;
  readonly summary: string;
  /** Shown before anybody asks. */
  readonly isOpen?: boolean;
}

export const renderPicture = ({ label, summary, svg, description, isOpen }: LabelledPicture): Markup =>
  markup`<details${isOpen === true && ready(' class="map" open')}><summary>${summary}<span class="hint">${description}</span></summary><div class="scroll" role="region" aria-label="${label}" tabindex="0">${ready(svg)}</div></details>`;

const listed = (ids: readonly string[]): string =>
  ids.length > 10 ? `${ids.slice(0, 10).join(', ')} and ${ids.length - 10} more` : ids.join(', ');

/** @param problems what went wrong when this page was made, as sentences */
export const renderProblems = (
  { failures, warnings }: Manifest,
  problems: readonly string[],
  kinds: readonly KindFacts[],
): Markup => {
  const isOfKind = (id: string): boolean => kinds.some(({ nouns }) => nouns[1] === id);
  if (failures.length + warnings.length + problems.length === 0) return ready('');
  return markup`<section aria-labelledby="problems"><h2 id="problems">Failures and warnings</h2>
${failures.length > 0 && markup`<ul class="card items">${failures.map(({ id, message }) => renderProblem('removed', id, message))}</ul>`}
${warnings.length + problems.length > 0 && markup`<ul class="card items">${warnings.map(({ id, message }) => renderProblem('changed', id, message, isOfKind(id)))}${problems.map((problem) => renderProblem('changed', '', problem))}</ul>`}</section>`;
};

/** @param isOfKind about a whole kind: then it begins with the verb, and names the kind in what was tried as well */
const renderProblem = (tone: Change, id: string, message: string, isOfKind = false): Markup =>
  markup`<li class="${tone}">${signMarkup(ALERT)}<div><b class="head">${tone === 'removed' ? 'Failed' : 'Warning'}</b> ${isOfKind ? `${id} ` : id !== '' && !message.includes(id) && markup`<code>${id}</code> `}<span>${message}</span></div></li>`;
